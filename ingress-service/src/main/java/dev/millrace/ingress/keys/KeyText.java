package dev.millrace.ingress.keys;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * A key as its owner sees it, once: {@code mrk_<8 hex>_<34 random letters and digits><7 of a
 * checksum>}. The beginning names it, 170 bits are random, and the checksum tells a mistyped or
 * made up key without asking anybody.
 */
public final class KeyText {
    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuv";
    private static final int RANDOM_LENGTH = 34;
    private static final int CHECK_LENGTH = 7;
    private static final Pattern SHAPE = Pattern.compile("mrk_[0-9a-f]{8}_[0-9a-v]{41}");

    /** A key that nobody can guess. */
    public static String fresh(RandomGenerator random) {
        StringBuilder key = new StringBuilder("mrk_");
        key.append(String.format(Locale.ROOT, "%08x", random.nextInt())).append('_');
        byte[] bytes = new byte[RANDOM_LENGTH];
        random.nextBytes(bytes);
        for (byte each : bytes) {
            key.append(ALPHABET.charAt(each & 31));
        }
        return key + check(key.toString());
    }

    /** Whether the text can be a key that was made here. */
    public static boolean isSound(String text) {
        if (!SHAPE.matcher(text).matches()) {
            return false;
        }
        int end = text.length() - CHECK_LENGTH;
        return check(text.substring(0, end)).equals(text.substring(end));
    }

    /** What names a key without giving it away. */
    public static String prefix(String key) {
        return key.substring(0, "mrk_".length() + 8);
    }

    private static String check(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        String digits = BigInteger.valueOf(crc.getValue()).toString(32);
        return "0".repeat(CHECK_LENGTH - digits.length()) + digits;
    }

    private KeyText() {}
}
