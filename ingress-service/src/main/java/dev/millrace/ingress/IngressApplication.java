package dev.millrace.ingress;

import io.micronaut.runtime.Micronaut;

/** Starts the ingress. */
public final class IngressApplication {
    public static void main(String[] args) {
        Micronaut.run(IngressApplication.class, args);
    }

    private IngressApplication() {}
}
