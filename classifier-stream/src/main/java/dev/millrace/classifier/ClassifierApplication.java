package dev.millrace.classifier;

import io.micronaut.runtime.Micronaut;

/** Starts the classifier. */
public final class ClassifierApplication {
    public static void main(String[] args) {
        Micronaut.run(ClassifierApplication.class, args);
    }

    private ClassifierApplication() {}
}
