package dev.millrace.ingress;

import io.micronaut.runtime.Micronaut;

/** Starts the ingress. */
public final class IngressApplication {
    public static void main(String[] args) {
        Micronaut.build(args).banner(false).mainClass(IngressApplication.class).start();
    }

    private IngressApplication() {}
}
