package dev.millrace.kit.telemetry;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;

/** Brings the SDK's own words, a dead collector above all, into the service's log as one line. */
final class SdkLog extends Handler {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(Tracing.class);

    /** Held here, or what is set on it would be collected with it. */
    private static final Logger SDK = Logger.getLogger("io.opentelemetry");

    private final SimpleFormatter formatter = new SimpleFormatter();

    private SdkLog() {}

    static synchronized void toSlf4j() {
        if (SDK.getUseParentHandlers()) {
            SDK.setUseParentHandlers(false);
            SDK.addHandler(new SdkLog());
        }
    }

    @Override
    public void publish(LogRecord entry) {
        if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
            String said = formatter.formatMessage(entry).lines().findFirst().orElse("");
            LOG.warn("tracing=trouble said=\"{}\"", said);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
