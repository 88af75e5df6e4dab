import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

/** A published schema, as text: `schemas/avsc/<record>.avsc`. */
export function contract(record) {
  return readFile(path.join(checkout, 'schemas/avsc', `${record}.avsc`), 'utf8');
}

/** Where the running stack is, and as whom to speak to it. */
export async function endpoints(env = process.env) {
  const home = env.MILLRACE_HOME ?? path.join(checkout, '.millrace');
  const file = env.MILLRACE_ENDPOINTS ?? path.join(home, 'run', 'endpoints.json');
  let text;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`no stack is running: ${file} cannot be read (./millrace up starts one)`, { cause: error });
  }
  const { bootstrap, registryUrl, ingressUrl, apiKeys = {} } = JSON.parse(text);
  if (!bootstrap || !registryUrl) {
    throw new Error(`${file} must name bootstrap and registryUrl`);
  }
  const tenant = env.TENANT ?? 'acme';
  return {
    brokers: bootstrap.split(','),
    registryUrls: registryUrl.split(','),
    ingressUrl,
    apiKey: apiKeys[tenant],
    tenant,
    reply: env.REPLY ?? 'acme-main',
    timeoutMs: Number(env.MILLRACE_TIMEOUT_MS ?? 60_000),
  };
}
