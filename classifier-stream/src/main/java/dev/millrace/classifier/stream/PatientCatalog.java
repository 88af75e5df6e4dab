package dev.millrace.classifier.stream;

import dev.millrace.catalog.Catalog;
import dev.millrace.classifier.Router;
import dev.millrace.kit.PatientDeserializer.Pause;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live catalog, with patience for a name that it does not know yet: the ingress reads the same
 * topic and may be a moment ahead, and its word is that the tenant and the model exist. Each name
 * is waited for once in each version. Safe for several stream threads.
 */
public final class PatientCatalog implements Supplier<Catalog> {
    private static final Logger LOG = LoggerFactory.getLogger(PatientCatalog.class);
    private static final Duration STEP = Duration.ofMillis(20);
    private static final int MOST_REMEMBERED = 1_000;

    private final Supplier<Catalog> live;
    private final Duration patience;
    private final Pause pause;
    private final Set<String> waitedFor = ConcurrentHashMap.newKeySet();
    private volatile long waitedAtVersion = -1;

    /**
     * @param patience how long a name is waited for; it stops the stream thread for that long
     */
    public PatientCatalog(Supplier<Catalog> live, Duration patience, Pause pause) {
        this.live = live;
        this.patience = patience;
        this.pause = pause;
    }

    @Override
    public Catalog get() {
        return live.get();
    }

    /** Returns when the catalog knows both, or has been given the time to. */
    public void await(String tenant, String model) {
        if (knows(live.get(), tenant, model) || !isFirstWait(tenant + "/" + model)) {
            return;
        }
        Duration waited = Duration.ZERO;
        while (waited.compareTo(patience) < 0 && !knows(live.get(), tenant, model)) {
            try {
                pause.of(STEP);
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
            waited = waited.plus(STEP);
        }
        LOG.info(
                "waited_for=catalog version={} known={} waited_ms={}",
                live.get().version(),
                knows(live.get(), tenant, model),
                waited.toMillis());
    }

    private boolean isFirstWait(String names) {
        long version = live.get().version();
        if (version != waitedAtVersion || waitedFor.size() >= MOST_REMEMBERED) {
            waitedFor.clear();
            waitedAtVersion = version;
        }
        return waitedFor.add(names);
    }

    private static boolean knows(Catalog catalog, String tenant, String model) {
        return catalog.tenant(tenant).isPresent()
                && (model.equals(Router.AUTO) || catalog.lane(model).isPresent());
    }
}
