package dev.millrace.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** When each of several tenants sends. */
final class TenantLoad {

    /**
     * One job.
     *
     * @param afterNanos from the start
     */
    record Send(int tenant, long afterNanos) {}

    /**
     * All tenants at the same steady rate, the first at a multiple of it; no two of them at the
     * same moments.
     *
     * @param rate jobs a second of one tenant
     * @param times what the first sends, of what each other does
     */
    static List<Send> sends(double rate, int tenants, int times, Duration length) {
        List<Send> sends = new ArrayList<>();
        for (int tenant = 0; tenant < tenants; tenant++) {
            double own = tenant == 0 ? rate * times : rate;
            double gap = 1e9 / own;
            double offset = gap * tenant / tenants;
            for (int n = 0; offset + n * gap < length.toNanos(); n++) {
                sends.add(new Send(tenant, (long) (offset + n * gap)));
            }
        }
        sends.sort(Comparator.comparingLong(Send::afterNanos));
        return sends;
    }

    private TenantLoad() {}
}
