package dev.millrace.job;

import dev.millrace.v1.ContentPart;
import dev.millrace.v1.Message;
import dev.millrace.v1.ToolCall;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Messages of text, and the text of messages. */
public final class Messages {
    public static final String TEXT = "text";
    public static final String IMAGE = "image_url";

    private Messages() {}

    /** One that says something and nothing else. */
    public static Message of(String role, String content) {
        return new Message(role, content, null, null, null);
    }

    public static Message user(String content) {
        return of("user", content);
    }

    /** What it says in words: its content, then its parts of text. */
    public static String text(Message message) {
        return parts(message).isEmpty()
                ? message.getContent()
                : Stream.concat(
                                Stream.of(message.getContent()),
                                parts(message).stream()
                                        .filter(part -> part.getType().equals(TEXT))
                                        .map(ContentPart::getText))
                        .filter(text -> !text.isEmpty())
                        .collect(Collectors.joining("\n"));
    }

    /** Whether it says, shows or calls nothing. */
    public static boolean isEmpty(Message message) {
        return calls(message).isEmpty() && images(message).isEmpty() && text(message).isBlank();
    }

    /** What it holds beside its content; empty where that is nothing. */
    public static List<ContentPart> parts(Message message) {
        return message.getParts().orElse(List.of());
    }

    /** The tools that it calls; empty where it calls none. */
    public static List<ToolCall> calls(Message message) {
        return message.getToolCalls().orElse(List.of());
    }

    public static List<ContentPart> images(Message message) {
        return parts(message).stream().filter(part -> part.getType().equals(IMAGE)).toList();
    }
}
