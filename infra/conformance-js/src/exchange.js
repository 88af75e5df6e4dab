import kafkajs from 'kafkajs';

const { Kafka, Partitioners, logLevel } = kafkajs;

/** Rejects after `ms`, naming what did not come. */
export async function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves after `ms`. */
export function elapsed(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A plain Kafka client with bounded waits. */
export function kafka(brokers) {
  return new Kafka({
    clientId: 'millrace-conformance',
    brokers,
    logLevel: logLevel.ERROR,
    connectionTimeout: 5_000,
    requestTimeout: 15_000,
    retry: { retries: 5 },
  });
}

/** Produces one record and waits until every replica has it. */
export async function post(client, topic, message) {
  const producer = client.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    await producer.send({ topic, acks: -1, messages: [message] });
  } finally {
    await producer.disconnect();
  }
}

/**
 * Reads a topic from where it ends now.
 *
 * @param onMessage called with each record
 * @returns a function that stops reading
 */
export async function follow(client, topic, onMessage) {
  const admin = client.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect());
  const consumer = client.consumer({
    groupId: `millrace-conformance-${process.pid}-${Date.now()}`,
    allowAutoTopicCreation: false,
    sessionTimeout: 10_000,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ autoCommit: false, eachMessage: async ({ message }) => onMessage(message) });
  for (const { partition, high } of ends) {
    consumer.seek({ topic, partition, offset: high });
  }
  return () => consumer.disconnect();
}
