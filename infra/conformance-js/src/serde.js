import registry from '@confluentinc/schemaregistry';

const { AvroDeserializer, AvroSerializer, SchemaRegistryClient, SerdeType } = registry;

/** A client of the registry, which is asked for no longer than a few seconds. */
export function registryClient(registryUrls) {
  return new SchemaRegistryClient({
    baseURLs: registryUrls,
    maxRetries: 2,
    createAxiosDefaults: { timeout: 5_000 },
  });
}

/** Registers a record's schema for a topic's values, as a producer's deployment does; returns the schema's id. */
export function register(client, topic, schema) {
  return client.register(`${topic}-value`, { schemaType: 'AVRO', schema });
}

/** Confluent's serializer, writing with the newest schema that stands under the topic's subject. */
export function serializer(client) {
  return new AvroSerializer(client, SerdeType.VALUE, { autoRegisterSchemas: false, useLatestVersion: true });
}

/** Confluent's deserializer: the writer's schema comes from the registry by the id in the record. */
export function deserializer(client) {
  return new AvroDeserializer(client, SerdeType.VALUE, {});
}
