package dev.millrace.serde;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/**
 * Avro loads a class named in a schema only from packages that the process trusts. The records of
 * this contract are trusted, and those that a caller names itself; whatever was trusted before
 * stays so.
 */
final class TrustedRecords {
    private static final String CONTRACT = "dev.millrace.v1";
    private static final Set<String> PACKAGES = ConcurrentHashMap.newKeySet();
    private static final Object LOCK = new Object();

    /** Trusts the contract's records. Safe to call any number of times. */
    static void trust() {
        trustPackage(CONTRACT);
    }

    /** Trusts the records beside {@code type}, which the application named in its configuration. */
    static void trust(Class<?> type) {
        trust();
        trustPackage(type.getPackageName());
    }

    private static void trustPackage(String name) {
        PACKAGES.add(name);
        synchronized (LOCK) {
            ClassSecurityPredicate current = ClassSecurityValidator.getGlobal();
            if (!(current instanceof Trust)) {
                ClassSecurityValidator.setGlobal(new Trust(current));
            }
        }
    }

    /** What was trusted before, and the record packages. */
    private record Trust(ClassSecurityPredicate before) implements ClassSecurityPredicate {
        @Override
        public boolean isTrusted(Class<?> type) {
            return PACKAGES.contains(type.getPackageName()) || before.isTrusted(type);
        }

        @Override
        public void forbiddenClass(String className) {
            before.forbiddenClass(className);
        }
    }

    private TrustedRecords() {}
}
