package dev.millrace.catalog;

/** What a model's server speaks. */
public enum WireFormat {
    /** Chat completions, as OpenAI has them and many others. */
    OPENAI,
    ANTHROPIC,
    GEMINI,
    MISTRAL,
    /** Ollama's own; it speaks OpenAI's too. */
    OLLAMA,
    /** AWS Bedrock's Converse. */
    BEDROCK
}
