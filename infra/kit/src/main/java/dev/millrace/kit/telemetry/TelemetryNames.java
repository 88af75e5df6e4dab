package dev.millrace.kit.telemetry;

/**
 * Every name under which Millrace's traces and conventional meters are found. OpenTelemetry's
 * messaging and GenAI conventions are still in flux, so a name that changes changes here only.
 * Names of our own begin with {@code millrace}.
 */
public final class TelemetryNames {
    // spans: the operation, then what it is about
    public static final String SPAN_POST_JOB = "POST /v1/jobs";
    public static final String SPAN_DUE = "look at due job";
    public static final String SPAN_WEBHOOK = "POST";

    // messaging
    public static final String MESSAGING_SYSTEM = "messaging.system";
    public static final String KAFKA = "kafka";
    public static final String OPERATION_NAME = "messaging.operation.name";
    public static final String OPERATION_TYPE = "messaging.operation.type";
    public static final String PROCESS = "process";
    public static final String SEND = "send";
    public static final String DESTINATION = "messaging.destination.name";
    public static final String PARTITION = "messaging.destination.partition.id";
    public static final String CONSUMER_GROUP = "messaging.consumer.group.name";
    public static final String KAFKA_OFFSET = "messaging.kafka.offset";

    // HTTP
    public static final String HTTP_METHOD = "http.request.method";
    public static final String HTTP_ROUTE = "http.route";
    public static final String HTTP_STATUS = "http.response.status_code";
    public static final String HTTP_RESEND = "http.request.resend_count";
    public static final String URL_SCHEME = "url.scheme";
    public static final String SERVER_ADDRESS = "server.address";
    public static final String SERVER_PORT = "server.port";
    public static final String ERROR_TYPE = "error.type";

    // GenAI spans
    public static final String GEN_AI_OPERATION = "gen_ai.operation.name";
    public static final String CHAT = "chat";
    public static final String GEN_AI_PROVIDER = "gen_ai.provider.name";
    public static final String GEN_AI_REQUEST_MODEL = "gen_ai.request.model";
    public static final String GEN_AI_REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens";
    public static final String GEN_AI_RESPONSE_MODEL = "gen_ai.response.model";
    public static final String GEN_AI_FINISH_REASONS = "gen_ai.response.finish_reasons";
    public static final String GEN_AI_INPUT_TOKENS = "gen_ai.usage.input_tokens";
    public static final String GEN_AI_CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens";
    public static final String GEN_AI_OUTPUT_TOKENS = "gen_ai.usage.output_tokens";
    public static final String GEN_AI_REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens";

    // GenAI meters
    public static final String METER_OPERATION_DURATION = "gen_ai.client.operation.duration";
    public static final String METER_TOKEN_USAGE = "gen_ai.client.token.usage";
    public static final String METER_FIRST_TOKEN = "gen_ai.server.time_to_first_token";
    public static final String GEN_AI_TOKEN_TYPE = "gen_ai.token.type";
    public static final String INPUT = "input";
    public static final String OUTPUT = "output";

    // a job, wherever it is
    public static final String JOB = "millrace.job.id";
    public static final String TENANT = "millrace.tenant";
    public static final String LANE = "millrace.lane";
    public static final String BAND = "millrace.band";
    public static final String ATTEMPT = "millrace.attempt";

    // what became of it at a hop
    public static final String COMMAND = "millrace.command";
    public static final String RECEIPT = "millrace.receipt.status";
    public static final String VERTICAL = "millrace.vertical";
    public static final String COMPLEXITY = "millrace.complexity";
    public static final String COMPLEXITY_SCORE = "millrace.complexity.score";
    public static final String ROUTE = "millrace.route";
    public static final String CATALOG_VERSION = "millrace.catalog.version";
    public static final String OUTCOME = "millrace.outcome";
    public static final String QUEUE_MS = "millrace.queue_ms";
    public static final String FIRST_TOKEN_MS = "millrace.first_token_ms";
    public static final String RESULT = "millrace.result.status";
    public static final String WASTE = "millrace.waste";
    public static final String COST_MICROS = "millrace.cost_micros";
    public static final String CURRENCY = "millrace.currency";
    public static final String WEBHOOK = "millrace.webhook.id";

    // meters of our own that more than one service or document names
    public static final String METER_LANE_LAG = "millrace.lane.lag";

    private TelemetryNames() {}
}
