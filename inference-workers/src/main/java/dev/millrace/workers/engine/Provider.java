package dev.millrace.workers.engine;

import dev.millrace.catalog.EngineSpec;
import dev.millrace.catalog.Lane;

/** Who serves a lane's model, in OpenTelemetry's words where it has one. */
public final class Provider {
    private Provider() {}

    public static String of(Lane lane) {
        return switch (lane.engine()) {
            case EngineSpec.Chat chat -> chat.dialect().telemetryName();
            case EngineSpec.Llama llama -> "llama_cpp";
            case EngineSpec.Echo echo -> "millrace.echo";
        };
    }
}
