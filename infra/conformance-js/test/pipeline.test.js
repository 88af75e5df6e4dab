import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { contract, endpoints } from '../src/endpoints.js';
import { elapsed, follow, kafka, post, within } from '../src/exchange.js';
import { deserializer, register, registryClient, serializer } from '../src/serde.js';

/** How long a second reply to the same job is waited for, which must not come. */
const SETTLE_MS = 2_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

let stack;
let client;
let broker;

before(async () => {
  stack = await endpoints();
  client = registryClient(stack.registryUrls);
  broker = kafka(stack.brokers);
});

after(() => client?.close?.());

test('a job posted to the intake topic is answered once on the reply topic', { timeout: 180_000 }, async () => {
  // Given: a reader of the reply topic, and a job that is recognised by its metadata
  const intake = `millrace.intake.${stack.tenant}`;
  const replies = `millrace.replies.${stack.reply}`;
  const nonce = `Grüße-🌊-${randomUUID()}`;
  const answers = [];
  let first;
  const answered = new Promise((resolve) => (first = resolve));
  const reader = deserializer(client);
  const stop = await within(
    stack.timeoutMs,
    `the end of ${replies}`,
    follow(broker, replies, async (message) => {
      const result = await reader.deserialize(replies, message.value);
      if (result.metadata.nonce === nonce) {
        answers.push({ message, result });
        first();
      }
    }),
  );

  try {
    // When
    await register(client, intake, await contract('InferenceJob'));
    const value = await serializer(client).serialize(intake, {
      messages: [{ role: 'user', content: 'What is Millrace?' }],
      max_tokens: 64,
      reply: stack.reply,
      tags: ['conformance'],
      metadata: { nonce, language: 'JavaScript' },
    });
    const traceparent = `00-${randomUUID().replaceAll('-', '')}-${randomUUID().replaceAll('-', '').slice(0, 16)}-01`;
    await within(
      stack.timeoutMs,
      `the acknowledgement of ${intake}`,
      post(broker, intake, { key: 'conformance', value, headers: { traceparent } }),
    );
    await within(stack.timeoutMs, `an answer on ${replies}`, answered);
    await elapsed(SETTLE_MS);
  } finally {
    await within(10_000, 'the end of reading', stop());
  }

  // Then
  assert.equal(answers.length, 1, 'replies to one job');
  const [{ message, result }] = answers;
  assert.equal(result.status, 'SUCCEEDED', `error: ${JSON.stringify(result.error)}`);
  assert.ok(result.output?.length > 0, 'an output');
  assert.deepEqual({ ...result.metadata }, { nonce, language: 'JavaScript' });
  assert.deepEqual(result.tags, ['conformance']);
  assert.equal(result.tenant, stack.tenant);
  assert.ok(result.lane, 'a lane');
  assert.ok(result.accepted_at <= result.completed_at, 'accepted before completed');
  assert.equal(utf8.decode(message.key), result.job_id);
  for (const [name, header] of Object.entries(message.headers ?? {})) {
    for (const one of [header].flat()) {
      assert.doesNotThrow(() => utf8.decode(one), `header ${name} is UTF-8 text`);
    }
  }
});
