package dev.millrace.ingress.loop;

/** Work that is done one short step after another, on one thread; closed on the same thread. */
public interface Steps extends AutoCloseable {

    /** Does what there is to do and returns within seconds. */
    void step();

    @Override
    void close();
}
