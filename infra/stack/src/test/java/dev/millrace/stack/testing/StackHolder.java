package dev.millrace.stack.testing;

import java.time.Duration;

/** Starts servers and holds them until it is killed; not for longer than a minute. */
final class StackHolder {

    private StackHolder() {}

    public static void main(String[] args) throws InterruptedException {
        var stack = TestStack.shared();
        System.out.println("holding " + stack.jdbcUrl() + " " + stack.bootstrap());
        Thread.sleep(Duration.ofMinutes(1));
    }
}
