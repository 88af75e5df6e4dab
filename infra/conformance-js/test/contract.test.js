import assert from 'node:assert/strict';
import { test } from 'node:test';
import registry from '@confluentinc/schemaregistry';
import { contract } from '../src/endpoints.js';
import { deserializer, register, serializer } from '../src/serde.js';

const { SchemaRegistryClient } = registry;
const TOPIC = 'millrace.intake.acme';

/** Confluent's registry in memory: no stack is needed here. */
function inMemory() {
  return SchemaRegistryClient.newClient({ baseURLs: ['mock://contract'] });
}

test('a job is written in the bytes that the Java serializer writes', async () => {
  const client = inMemory();
  await register(client, TOPIC, await contract('InferenceJob'));

  const bytes = await serializer(client).serialize(TOPIC, {
    messages: [{ role: 'user', content: 'Grüße' }],
    max_tokens: 64,
    metadata: { k: 'v' },
  });

  // the same text stands in the Java module's AvroSerializerTest
  assert.equal(
    bytes.toString('hex'),
    '0000000001' +
      '00' + // tenant ""
      '086175746f' + // model "auto"
      '02' + // one message:
      '0875736572' + // "user"
      '0e4772c3bcc39f65' + // "Grüße"
      '000000' + // parts, tool_calls, tool_call_id
      '00' + // no more messages
      '028001' + // max_tokens 64
      '000000' + // temperature, top_p, seed
      '00' + // stop
      '107374616e64617264' + // priority "standard"
      '00000000' + // deadline_ms, reply, callback, idempotency_key
      '0000' + // stream, conversation
      '00' + // tags
      '00' + // hints
      '02026b027600' + // metadata {"k": "v"}
      '0863686174' + // kind "chat"
      '0000' + // input, dimensions
      '000000', // tools, tool_choice, response_format
  );
});

test('a result is read back field by field', async () => {
  const client = inMemory();
  const topic = 'millrace.replies.acme-main';
  await register(client, topic, await contract('InferenceResult'));
  const result = {
    job_id: '0197',
    tenant: 'acme',
    status: 'SUCCEEDED',
    output: 'A channel that carries water to a mill. 🌊',
    usage: { input_tokens: 12, output_tokens: 9 },
    accepted_at: 1_790_000_000_000,
    completed_at: 1_790_000_000_250,
    metadata: { ticket: '42' },
  };

  const read = await deserializer(client).deserialize(topic, await serializer(client).serialize(topic, result));

  assert.equal(read.status, 'SUCCEEDED');
  assert.equal(read.output, result.output);
  assert.equal(read.usage.output_tokens, 9);
  assert.equal(read.completed_at, result.completed_at);
  assert.deepEqual({ ...read.metadata }, { ticket: '42' });
  assert.equal(read.error, null);
  assert.deepEqual(read.replies, []);
});

test('a job without its one required field is refused before it is sent', async () => {
  const client = inMemory();
  await register(client, TOPIC, await contract('InferenceJob'));

  await assert.rejects(serializer(client).serialize(TOPIC, { model: 'auto' }), /messages/);
});
