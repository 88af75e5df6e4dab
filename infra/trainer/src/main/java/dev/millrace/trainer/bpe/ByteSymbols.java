package dev.millrace.trainer.bpe;

import java.nio.charset.StandardCharsets;

/**
 * GPT-2's printable stand-ins for the 256 byte values, so that a vocabulary of byte sequences can
 * be written as text: printable bytes stand for themselves, the others for code points from 256 on.
 */
final class ByteSymbols {

    private static final char[] SYMBOL = new char[256];
    private static final int[] BYTE_OF = new int[512];

    static {
        char next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b > 32 && b < 127) || (b > 160 && b != 173);
            SYMBOL[b] = printable ? (char) b : next++;
            BYTE_OF[SYMBOL[b]] = b;
        }
    }

    private ByteSymbols() {}

    static String symbol(int byteValue) {
        return String.valueOf(SYMBOL[byteValue]);
    }

    /** The UTF-8 bytes of a text, one symbol for each. */
    static String symbols(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder symbols = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            symbols.append(SYMBOL[b & 0xff]);
        }
        return symbols.toString();
    }

    static byte[] bytes(String symbols) {
        byte[] bytes = new byte[symbols.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) BYTE_OF[symbols.charAt(i)];
        }
        return bytes;
    }
}
