/**
 * Generated Avro records as bytes, in Confluent's wire format and under Confluent's configuration
 * names, so that every Confluent client in any language exchanges records with Millrace, and a real
 * Confluent registry takes no more than another {@code schema.registry.url}.
 *
 * <p>Clients name {@code dev.millrace.serde.AvroSerializer} and {@code AvroDeserializer} as {@code
 * value.serializer} and {@code value.deserializer}; Streams take {@link
 * dev.millrace.serde.AvroSerde#of}. Confluent's own classes can be named in their place: {@link
 * dev.millrace.serde.RegistryErrors} understands their failures too.
 *
 * <p>Settings, with their defaults. Each may carry the prefix {@code schema.registry.}, which wins:
 *
 * <ul>
 *   <li>{@code schema.registry.url}: base URLs, separated by commas, asked in turn; {@code
 *       mock://NAME} is a registry in memory, for tests. No default
 *   <li>{@code auto.register.schemas} (true), {@code use.latest.version} (false), {@code
 *       normalize.schemas} (false)
 *   <li>{@code value.subject.name.strategy}, {@code key.subject.name.strategy} (TopicNameStrategy;
 *       or RecordNameStrategy, TopicRecordNameStrategy)
 *   <li>{@code specific.avro.value.type}, {@code specific.avro.key.type}: the class to read into
 *       (the one that the writer's schema names); {@code specific.avro.reader} can only be true
 *   <li>{@code basic.auth.credentials.source}: URL (default), USER_INFO with {@code
 *       basic.auth.user.info}, SASL_INHERIT; {@code bearer.auth.credentials.source}: STATIC_TOKEN
 *       with {@code bearer.auth.token}
 *   <li>{@code schema.registry.ssl.*}: Kafka's TLS settings, for the registry
 *   <li>{@code http.connect.timeout.ms} (5000), {@code http.read.timeout.ms} (10000), {@code
 *       max.retries} (3), {@code retries.wait.ms} (100), {@code retries.max.wait.ms} (1000)
 *   <li>{@code max.schemas.per.subject} (1000): the bound of each cache; {@code
 *       latest.cache.ttl.sec} (-1, for ever)
 * </ul>
 */
@NullMarked
package dev.millrace.serde;

import org.jspecify.annotations.NullMarked;
