package dev.millrace.trainer.bpe;

/** Two neighbouring symbols that become one; earlier merges go first. */
public record Merge(String left, String right) implements Comparable<Merge> {

    String joined() {
        return left + right;
    }

    @Override
    public int compareTo(Merge other) {
        int byLeft = left.compareTo(other.left);
        return byLeft != 0 ? byLeft : right.compareTo(other.right);
    }

    /** As GGUF writes it. */
    @Override
    public String toString() {
        return left + " " + right;
    }
}
