// The official Node SDK against the emulator: every kind of message that it offers, with both credentials, and its own
// verification of the webhooks. Called with the path of the `messages` binary; prints one line and fails loudly.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import { Auth } from '@vonage/auth';
import { verifySignature } from '@vonage/jwt';
import * as sdk from '@vonage/messages';

const PATIENCE = 30_000;
const [binary] = process.argv.slice(2);

const webhooks = [];
const receiver = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    webhooks.push({ scheme, token, body: JSON.parse(Buffer.concat(chunks)) });
    response.end();
  });
});
await new Promise((ready) => receiver.listen(0, '127.0.0.1', ready));
const url = `http://127.0.0.1:${receiver.address().port}/webhooks`;

const args = ['emulator', '--port', '0', '--speed', '50', '--status-url', url, '--inbound-url', url, '--json'];
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VONAGE|NEXMO|MESSAGES)_/.test(name)));
const emulator = spawn(binary, args, { stdio: ['ignore', 'pipe', 'inherit'], env: clean });
process.on('exit', () => emulator.kill());
const lines = createInterface({ input: emulator.stdout });
const ready = JSON.parse(await new Promise((line) => lines.once('line', line)));
lines.on('line', () => {});

const person = '447700900000';
const ours = '447700900001';
const page = { to: 'user-1', from: 'page-1' };
const sms = { to: person, from: ours };
const rcs = { to: person, from: 'ExampleBrand' };
const viber = { to: person, from: 'ExampleShop' };
const mail = { to: 'jane@example.com', from: 'shop@example.com' };
const media = (name) => ({ url: `https://example.com/${name}` });
const suggestions = [new sdk.RCSReplySuggestion({ text: 'Yes', postbackData: 'yes' })];

// Name, class, parameters.
const MESSAGES = [
  ['SMS', { ...sms, text: 'Your code is 4711', clientRef: 'order-17', ttl: 90 }],
  ['MMSText', { ...sms, text: 'Hello' }],
  ['MMSImage', { ...sms, image: { ...media('a.jpg'), caption: 'A' } }],
  ['MMSAudio', { ...sms, audio: media('a.mp3') }],
  ['MMSVideo', { ...sms, video: media('a.mp4') }],
  ['MMSVcard', { ...sms, vcard: media('a.vcf') }],
  ['MMSFile', { ...sms, file: media('a.pdf') }],
  ['MMSContent', { ...sms, content: [{ type: 'image', ...media('a.jpg') }, { type: 'file', ...media('a.pdf') }] }],
  ['RCSText', { ...rcs, text: 'Shall we?', suggestions }],
  ['RCSImage', { ...rcs, image: media('a.jpg') }],
  ['RCSVideo', { ...rcs, video: media('a.mp4') }],
  ['RCSFile', { ...rcs, file: media('a.pdf') }],
  ['RCSCustom', { ...rcs, custom: { contentMessage: { text: 'Hello' } } }],
  ['WhatsAppText', { ...sms, text: 'Hello' }],
  ['WhatsAppImage', { ...sms, image: { ...media('a.jpg'), caption: 'A' } }],
  ['WhatsAppAudio', { ...sms, audio: media('a.mp3') }],
  ['WhatsAppVideo', { ...sms, video: media('a.mp4') }],
  ['WhatsAppFile', { ...sms, file: { ...media('a.pdf'), name: 'a.pdf' } }],
  ['WhatsAppSticker', { ...sms, sticker: media('a.webp') }],
  ['WhatsAppTemplate', {
    ...sms,
    whatsapp: { policy: 'deterministic', locale: 'en' },
    template: { name: 'verify', parameters: ['4711'] },
  }],
  ['WhatsAppReaction', {
    ...sms,
    context: { messageUUID: 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab' },
    reaction: { action: 'react', emoji: '👍' },
  }],
  ['WhatsAppCustom', { ...sms, custom: { type: 'location', location: { longitude: -0.1, latitude: 51.5 } } }],
  ['MessengerText', { ...page, text: 'Hello', messenger: { category: 'message_tag', tag: 'ACCOUNT_UPDATE' } }],
  ['MessengerImage', { ...page, image: media('a.jpg') }],
  ['MessengerAudio', { ...page, audio: media('a.mp3') }],
  ['MessengerVideo', { ...page, video: media('a.mp4') }],
  ['MessengerFile', { ...page, file: media('a.pdf') }],
  ['ViberText', { ...viber, text: 'Hello', viberService: { category: 'promotion', ttl: 600 } }],
  ['ViberImage', { ...viber, image: media('a.jpg') }],
  ['ViberVideo', {
    ...viber,
    video: { ...media('a.mp4'), thumbUrl: 'https://example.com/a.jpg' },
    viberService: { duration: '12', fileSize: '3' },
  }],
  ['ViberFile', { ...viber, file: { ...media('a.pdf'), name: 'a.pdf' } }],
  ['EmailText', { ...mail, text: 'Hello', email: { subject: 'Hello' } }],
  ['EmailHTML', { ...mail, html: { body: '<p>Hello</p>' }, email: { subject: 'Hello' } }],
  ['EmailContent', { ...mail, content: [{ type: 'text', text: 'Hello' }], email: { subject: 'Hello' } }],
];

const kinds = Object.keys(sdk).filter((name) => typeof sdk[name] === 'function' && !/^Abstract|Suggestion$|^Messages$/.test(name));
const untold = kinds.filter((name) => !MESSAGES.some(([told]) => told === name));
assert.deepEqual(untold, [], 'kinds of message that the SDK offers and this check does not send');

const jwt = { applicationId: ready.application_id, privateKey: readFileSync(ready.private_key_path, 'utf8') };
const basic = { apiKey: ready.api_key, apiSecret: ready.api_secret };
const client = (credentials) => new sdk.Messages(new Auth(credentials), { apiHost: ready.url });

/** The HTTP status and the error object of a call that has to be refused. */
async function refusal(call) {
  const error = await call.then(() => assert.fail('it was accepted'), (error) => error);
  assert.ok(error.response, `${error}`);
  const body = error.response.data ?? (await error.response.json?.());
  return { status: error.response.status, body };
}

const failures = [];
const sent = [];
for (const [auth, credentials] of [['basic', basic], ['jwt', jwt]]) {
  const messages = client(credentials);
  for (const [name, parameters] of MESSAGES) {
    try {
      const { messageUUID } = await messages.send(new sdk[name](parameters));
      assert.match(messageUUID, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      sent.push(messageUUID);
    } catch (error) {
      const body = error.response?.data ?? error.message;
      failures.push(`${name} with ${auth}: ${JSON.stringify(body)}`);
    }
  }
}
assert.deepEqual(failures, []);

// What is wrong is told as the SDK tells it.
const text = new sdk.SMS({ ...sms, text: 'Hello' });
assert.equal((await refusal(client({ ...basic, apiSecret: 'wrong' }).send(text))).status, 401);
const stranger = { ...jwt, applicationId: '11111111-2222-4333-8444-555555555555' };
assert.equal((await refusal(client(stranger).send(text))).status, 401);
const invalid = await refusal(client(basic).send(new sdk.SMS({ from: ours, to: '+447700900000', text: 'Hello' })));
assert.equal(invalid.status, 422);
assert.equal((await refusal(client(basic).send(new sdk.SMS({ ...sms, to: '447700960429', text: 'x' })))).status, 429);

// Each message comes to its end, and each webhook is the account's by the SDK's own word.
const end = Date.now() + PATIENCE;
const reached = (uuid) => webhooks.some(({ body }) => body.message_uuid === uuid && body.status === 'delivered');
while (!sent.every(reached)) {
  assert.ok(Date.now() < end, 'not every message was delivered in time');
  await new Promise((later) => setTimeout(later, 20));
}
for (const { scheme, token } of webhooks) {
  assert.equal(scheme, 'Bearer');
  assert.ok(verifySignature(token, ready.signature_secret));
  assert.ok(!verifySignature(token, 'another-secret-of-thirty-two-bytes'));
}

// Receipts: only a token may mark a message as read.
const inbound = await fetch(`${ready.url}/emulator/v1/inbound`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ channel: 'whatsapp', message_type: 'text', from: person, to: ours, text: 'Hello' }),
});
const { message_uuid: received } = await inbound.json();
await client(jwt).updateMessage(received, 'read');
const { marked_read: markedRead } = await (await fetch(`${ready.url}/emulator/v1/messages/${received}`)).json();
assert.equal(markedRead, true);

console.log(`${MESSAGES.length} kinds of message, ${sent.length} sent, ${webhooks.length} webhooks verified`);
process.exit(0);
