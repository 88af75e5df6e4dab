import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import OpenAI from 'openai';
import { endpoints } from '../src/endpoints.js';

const ASK = [{ role: 'user', content: 'What is Millrace?' }];
const LIMIT = { timeout: 120_000 };

let stack;
let client;

before(async () => {
  stack = await endpoints();
  assert.ok(stack.ingressUrl && stack.apiKey, `an ingress and a key of ${stack.tenant} in endpoints.json`);
  client = connect(stack.apiKey);
});

/** The client as anybody would set it up; it tries nothing twice, so that each test sees what the server said first. */
function connect(apiKey) {
  return new OpenAI({ baseURL: `${stack.ingressUrl}/v1`, apiKey, maxRetries: 0, timeout: stack.timeoutMs });
}

/** The error that a call must end in. */
async function refusal(call, type) {
  const error = await call.then(
    (answer) => assert.fail(`expected an error, got ${JSON.stringify(answer)}`),
    (thrown) => thrown,
  );
  assert.ok(error instanceof type, `${error}`);
  assert.match(error.requestID, /^req_/);
  return error;
}

test('models are listed and found', LIMIT, async () => {
  const names = [];
  for await (const model of client.models.list()) {
    assert.equal(model.object, 'model');
    names.push(model.id);
  }
  assert.ok(names.includes('auto'), `auto is among ${names}`);
  assert.equal((await client.models.retrieve(names.at(-1))).id, names.at(-1));
  const error = await refusal(client.models.retrieve('gpt-none'), OpenAI.NotFoundError);
  assert.equal(error.code, 'model_not_found');
});

test('a chat completion is waited for', LIMIT, async () => {
  const { data, request_id: requestId } = await client.chat.completions
    .create({ model: 'auto', messages: ASK, max_completion_tokens: 64, metadata: { from: 'conformance' } })
    .withResponse();

  assert.match(requestId, /^req_/);
  assert.match(data.id, /^chatcmpl-/);
  assert.equal(data.object, 'chat.completion');
  assert.ok(Math.abs(data.created - Date.now() / 1000) < 600, `created ${data.created}`);
  assert.equal(data.choices.length, 1);
  assert.equal(data.choices[0].message.role, 'assistant');
  assert.ok(data.choices[0].message.content.length > 0, 'an answer');
  assert.ok(['stop', 'length'].includes(data.choices[0].finish_reason));
  assert.ok(data.usage.completion_tokens > 0);
  assert.equal(data.usage.total_tokens, data.usage.prompt_tokens + data.usage.completion_tokens);
});

test('content in parts and the older limit are understood', LIMIT, async () => {
  const answer = await client.chat.completions.create({
    model: 'auto',
    max_tokens: 16,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'What is ' }, { type: 'text', text: 'Millrace?' }] }],
  });
  assert.ok(answer.choices[0].message.content.length > 0);
});

test('a stream is the job that its key names, piece by piece, and ends with the usage', LIMIT, async () => {
  const idempotencyKey = randomUUID();
  const body = { model: 'auto', messages: ASK, max_tokens: 64, temperature: 0 };
  const stream = await client.chat.completions.create(
    { ...body, stream: true, stream_options: { include_usage: true } },
    { headers: { 'Idempotency-Key': idempotencyKey } },
  );
  let text = '';
  let id;
  let reason;
  let usage;
  for await (const chunk of stream) {
    assert.equal(chunk.object, 'chat.completion.chunk');
    id ??= chunk.id;
    assert.equal(chunk.id, id);
    text += chunk.choices[0]?.delta?.content ?? '';
    reason ??= chunk.choices[0]?.finish_reason ?? undefined;
    usage = chunk.usage ?? usage;
  }
  assert.ok(text.length > 0, 'an answer');
  assert.ok(['stop', 'length'].includes(reason), `finish_reason ${reason}`);
  assert.ok(usage.completion_tokens > 0);

  // the same key again is the same job: its whole answer is what was streamed
  const again = await client.chat.completions.create(body, { headers: { 'Idempotency-Key': idempotencyKey } });
  assert.equal(again.id, id);
  assert.equal(again.choices[0].message.content, text);
});

test('a reader that goes away stops its stream', LIMIT, async () => {
  const stream = await client.chat.completions.create({ model: 'auto', messages: ASK, stream: true });
  for await (const chunk of stream) {
    assert.ok(chunk.id);
    break;
  }
  stream.controller.abort();
});

test('errors are those that the client knows', LIMIT, async () => {
  const create = (body, who = client, options = {}) =>
    who.chat.completions.create({ model: 'auto', messages: ASK, ...body }, options);

  const key = await refusal(create({}, connect('sk-nobody')), OpenAI.AuthenticationError);
  assert.equal(key.code, 'invalid_api_key');

  const model = await refusal(create({ model: 'gpt-none' }), OpenAI.NotFoundError);
  assert.equal(model.code, 'model_not_found');
  assert.equal(model.param, 'model');

  const empty = await refusal(create({ messages: [] }), OpenAI.BadRequestError);
  assert.equal(empty.param, 'messages');
  assert.equal(empty.type, 'invalid_request_error');

  const several = await refusal(create({ n: 2 }), OpenAI.BadRequestError);
  assert.equal(several.code, 'unsupported_parameter');
  assert.equal(several.param, 'n');

  const misspelt = await refusal(create({ max_token: 3 }), OpenAI.BadRequestError);
  assert.equal(misspelt.code, 'unknown_field');

  const streamed = await refusal(create({ stream: true, temperature: 9 }), OpenAI.BadRequestError);
  assert.equal(streamed.param, 'temperature');

  const headers = { 'Idempotency-Key': randomUUID() };
  await create({ max_tokens: 8 }, client, { headers });
  const conflict = await refusal(create({ max_tokens: 9 }, client, { headers }), OpenAI.ConflictError);
  assert.equal(conflict.code, 'idempotency_conflict');

  const large = await refusal(
    create({ messages: [{ role: 'user', content: 'x'.repeat(1_100_000) }] }),
    OpenAI.APIError,
  );
  assert.equal(large.status, 413);

  await refusal(client.get('/responses/none/of/this'), OpenAI.NotFoundError);
});
