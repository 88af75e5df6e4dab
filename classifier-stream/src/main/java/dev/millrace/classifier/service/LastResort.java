package dev.millrace.classifier.service;

/** What is done when the stream has died for good. */
@FunctionalInterface
interface LastResort {
    void exit();
}
