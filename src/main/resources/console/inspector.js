/** The looks under the hood: the frames on the wire, and the same publication as a curl command. */
const MAX_FRAMES = 50;

const $ = (id) => document.getElementById(id);

/** Newest first. Takes the `detail` of the client's frame event. */
export function showFrame({ sent, text }) {
  const row = document.createElement('li');
  const cell = (name, className, content) =>
    row.append(Object.assign(document.createElement(name), { className, textContent: content }));
  row.className = sent ? 'sent' : 'received';
  cell('span', 'sr', sent ? 'sent' : 'received');
  cell('time', '', new Date().toLocaleTimeString(undefined, { hour12: false }));
  cell('code', '', text.trim().replace(/("token":"[^"]{8})[^"]*/g, '$1…'));
  $('frames').prepend(row);
  if ($('frames').children.length > MAX_FRAMES) $('frames').lastChild.remove();
}

/** Offers these channels in the curl box. */
export function listTargets(channels) {
  $('target').replaceChildren(...channels.map((channel) => new Option(channel)));
  writeCommand();
}

function writeCommand() {
  const body = JSON.stringify({ channel: $('target').value, data: { text: 'Hello from curl' } });
  $('command').textContent = `curl http://127.0.0.1:9000/api/publish \\\n  -H 'X-API-Key: development' \\\n  -d '${body}'`;
}

async function copyCommand() {
  try {
    await navigator.clipboard.writeText($('command').textContent);
    $('copy').textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren($('command')); // no clipboard: leave it selected, for the keyboard
    $('copy').textContent = 'Selected';
  }
  setTimeout(() => ($('copy').textContent = 'Copy'), 1500);
}

$('toggle-frames').addEventListener('click', () => {
  $('inspector').hidden = !$('inspector').hidden;
  $('toggle-frames').setAttribute('aria-expanded', String(!$('inspector').hidden));
});
$('target').addEventListener('change', writeCommand);
$('copy').addEventListener('click', copyCommand);
