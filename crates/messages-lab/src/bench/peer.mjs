// The official Node SDK as a contender: see contender.rs for what it reads and writes.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Auth } from '@vonage/auth';
import { Messages, SMS } from '@vonage/messages';

const [base, scheme, keyPath] = process.argv.slice(2);
const auth = scheme === 'jwt'
  ? new Auth({ applicationId: '5c2e8f6e-0f3c-4a3e-9d3b-2f1f0d8b7a61', privateKey: readFileSync(keyPath, 'utf8') })
  : new Auth({ apiKey: 'a1b2c3d4', apiSecret: 'secret' });
const client = new Messages(auth, { apiHost: base });

async function send() {
  const message = new SMS({ to: '447700900000', from: '447700900001', text: 'Your table is free at 8' });
  const { messageUUID } = await client.send(message);
  if (messageUUID?.length !== 36) throw new Error('not accepted');
}

async function round(concurrency, milliseconds) {
  const start = process.hrtime.bigint();
  const end = start + BigInt(milliseconds) * 1_000_000n;
  const times = [];
  const loop = async () => {
    for (let before = process.hrtime.bigint(); before < end;) {
      await send();
      const after = process.hrtime.bigint();
      times.push(Number(after - before) / 1000);
      before = after;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  times.sort((left, right) => left - right);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
  return `${times.length} ${seconds} ${at(0.5)} ${at(0.99)}`;
}

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [concurrency, milliseconds] = line.split(' ').map(Number);
  console.log(await round(concurrency, milliseconds));
}
