package dev.millrace.bench;

/**
 * How much of the machine others use while something is measured: everything that the processors
 * did, less what this process and its children did, ended ones included.
 */
record Neighbours(long machineMillis, long ownMillis, long atNanos) {

    static Neighbours since() {
        return new Neighbours(Cpu.machine(), Cpu.withChildren(), System.nanoTime());
    }

    /** 0 to 1, from that moment until now. */
    double share() {
        return share(since(), Runtime.getRuntime().availableProcessors());
    }

    double share(Neighbours now, int processors) {
        double capacity = (now.atNanos - atNanos) / 1e6 * processors;
        long others = (now.machineMillis - machineMillis) - (now.ownMillis - ownMillis);
        return Math.max(0, others) / capacity;
    }
}
