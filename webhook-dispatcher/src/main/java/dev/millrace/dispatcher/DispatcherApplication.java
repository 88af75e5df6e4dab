package dev.millrace.dispatcher;

import io.micronaut.runtime.Micronaut;

/** Starts the webhook dispatcher. */
public final class DispatcherApplication {
    public static void main(String[] args) {
        // below what common servers keep an idle connection for, so that a POST does not meet one
        // that is just closed
        if (System.getProperty("jdk.httpclient.keepalive.timeout") == null) {
            System.setProperty("jdk.httpclient.keepalive.timeout", "4");
        }
        Micronaut.build(args).mainClass(DispatcherApplication.class).banner(false).start();
    }

    private DispatcherApplication() {}
}
