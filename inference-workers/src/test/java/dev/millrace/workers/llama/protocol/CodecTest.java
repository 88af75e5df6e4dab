package dev.millrace.workers.llama.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.workers.llama.EngineInfo;
import dev.millrace.workers.llama.EngineMessage;
import dev.millrace.workers.llama.EngineReply;
import dev.millrace.workers.llama.EngineReply.Fault;
import dev.millrace.workers.llama.EngineReply.FinishReason;
import dev.millrace.workers.llama.EngineReply.StopCause;
import dev.millrace.workers.llama.EngineRequest;
import dev.millrace.workers.llama.EngineUsage;
import dev.millrace.workers.llama.ResponseFormat;
import dev.millrace.workers.llama.TextScore;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {

    @Property(tries = 300)
    void anyRequestArrivesAsItWasSentAndOnOneLine(
            @ForAll @NotEmpty String id,
            @ForAll List<String> contents,
            @ForAll List<String> stop,
            @ForAll @DoubleRange(min = 0, max = 2) double temperature,
            @ForAll long seed,
            @ForAll int maxTokens,
            @ForAll String schema)
            throws MalformedMessageException {
        // Given
        List<EngineMessage> messages = contents.stream().map(EngineMessage::user).toList();
        OptionalInt most = maxTokens % 2 == 0 ? OptionalInt.empty() : OptionalInt.of(maxTokens);
        Command sent =
                new Command.Generate(
                        new EngineRequest(
                                id, messages, most, temperature, stop, seed, format(schema)));

        // When
        String line = Codec.line(sent);

        // Then
        assertThat(line).doesNotContain("\n", "\r");
        assertThat(Codec.command(line)).isEqualTo(sent);
    }

    private static ResponseFormat format(String schema) {
        return switch (schema.length() % 3) {
            case 0 -> new ResponseFormat.Text();
            case 1 -> new ResponseFormat.Json();
            default -> new ResponseFormat.JsonSchema(schema);
        };
    }

    @Property(tries = 100)
    void anyTextToScoreArrivesAsItWasSentAndOnOneLine(
            @ForAll @NotEmpty String id, @ForAll String text, @ForAll int windowTokens)
            throws MalformedMessageException {
        // Given
        Command sent = new Command.Score(id, text, windowTokens);

        // When
        String line = Codec.line(sent);

        // Then
        assertThat(line).doesNotContain("\n", "\r");
        assertThat(Codec.command(line)).isEqualTo(sent);
    }

    static Stream<Event> events() {
        EngineUsage usage = new EngineUsage(7, 3, OptionalLong.of(2), 9);
        EngineUsage silent = new EngineUsage(7, 0, OptionalLong.empty(), 9);
        return Stream.of(
                new Event.Ready(new EngineInfo("mamba", "guide-mamba", 1024, 4711)),
                new Event.NotStarted("no \"libgomp\""),
                new Event.Text("a", "line\nbreak \u00e9 \ud83d\ude80"),
                done(new EngineReply.Completed("yes", FinishReason.STOP, usage)),
                done(new EngineReply.Completed("yes", FinishReason.LENGTH, usage)),
                done(new EngineReply.Scored(new TextScore(9, 8, 2, 12.345678901234567, 5))),
                done(new EngineReply.Stopped(StopCause.CANCELLED, "", silent)),
                done(new EngineReply.Refused("prompt_too_long", "messages", "9 tokens", "long")),
                done(new EngineReply.Failed(Fault.MODEL_BROKEN, "not numbers")));
    }

    private static Event done(EngineReply reply) {
        return new Event.Done("a", reply);
    }

    @ParameterizedTest
    @MethodSource("events")
    void anyEventArrivesAsItWasSentAndOnOneLine(Event sent) throws MalformedMessageException {
        // When
        String line = Codec.line(sent);

        // Then
        assertThat(line).doesNotContain("\n", "\r");
        assertThat(Codec.event(line)).isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "[]",
                "{}",
                "{\"type\":\"text\"}",
                "{\"type\":\"text\",\"id\":1,\"text\":\"a\"}",
                "{\"type\":\"text\",\"id\":\"a\",\"text\":null}",
                "{\"type\":\"unheard of\",\"id\":\"a\"}",
                "{\"type\":\"failed\",\"id\":\"a\",\"code\":\"new\",\"detail\":\"\"}",
                "{\"type\":\"text\",\"id\":\"a\",\"text\":\"b\"} trailing",
                "{\"type\":\"text\",\"id\":\"a\",\"text\":\"b",
                "ggml_init: something that native code printed"
            })
    void whatIsNotAnEventIsMalformedAndNotQuoted(String line) {
        assertThatThrownBy(() -> Codec.event(line))
                .isInstanceOf(MalformedMessageException.class)
                .message()
                .satisfies(
                        message ->
                                assertThat(line.length() < 12 || !message.contains(line)).isTrue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"cancel\"}",
                "{\"type\":\"generate\",\"id\":\"a\"}",
                "{\"type\":\"generate\",\"id\":\"a\",\"messages\":[1],\"stop\":[],"
                        + "\"temperature\":0,\"seed\":0}",
                "{\"type\":\"generate\",\"id\":\"a\",\"messages\":[],\"stop\":[],"
                        + "\"temperature\":0,\"seed\":0,\"max_tokens\":5000000000}"
            })
    void whatIsNotACommandIsMalformed(String line) {
        assertThatThrownBy(() -> Codec.command(line)).isInstanceOf(MalformedMessageException.class);
    }
}
