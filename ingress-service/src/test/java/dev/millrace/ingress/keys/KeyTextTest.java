package dev.millrace.ingress.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyTextTest {
    private final SecureRandom random = new SecureRandom();

    @Test
    void aKeyIsReadableSoundAndUnlikeAnyOther() {
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            String key = KeyText.fresh(random);
            assertThat(key).matches("mrk_[0-9a-f]{8}_[0-9a-v]{41}");
            assertThat(key).startsWith(KeyText.prefix(key));
            assertThat(KeyText.isSound(key)).isTrue();
            keys.add(key);
        }
        assertThat(keys).hasSize(1_000);
    }

    @Test
    void oneWrongCharacterIsNoKey() {
        String key = KeyText.fresh(random);
        for (int i = 0; i < key.length(); i++) {
            char other = key.charAt(i) == '0' ? '1' : '0';
            String wrong = key.substring(0, i) + other + key.substring(i + 1);
            assertThat(KeyText.isSound(wrong)).as(wrong).isFalse();
        }
        assertThat(KeyText.isSound(key + "0")).isFalse();
        assertThat(KeyText.isSound("")).isFalse();
    }

    @Test
    void aPrefixGivesNothingAway() {
        assertThat(KeyText.prefix(KeyText.fresh(random))).hasSize(12);
    }
}
