// Users who connect, subscribe to one room, stay and listen. Somebody else publishes to it, as for Artillery (README.md there).
//
//   java -jar millipede.jar token --count 100 > tokens.csv
//   k6 run -e URL=ws://127.0.0.1:8000/connection/websocket -e USERS=100 -e STAY=30 room.mjs
//
// Fails (exit code 99) unless everybody was connected, subscribed and heard something.

import {check} from 'k6';
import {SharedArray} from 'k6/data';
import {Counter} from 'k6/metrics';
import ws from 'k6/ws';

const url = __ENV.URL || 'ws://127.0.0.1:8000/connection/websocket';
const users = Number(__ENV.USERS || 100);
const staySeconds = Number(__ENV.STAY || 30);
const tokens = new SharedArray('tokens', () => open('./tokens.csv').trim().split('\n'));
const publications = new Counter('millipede_publications');
const pings = new Counter('millipede_pings');

export const options = {
  scenarios: {
    room: {executor: 'per-vu-iterations', vus: users, iterations: 1, maxDuration: `${staySeconds + 60}s`},
  },
  thresholds: {checks: ['rate==1']},
};

export default function member() {
  const heard = {connect: false, subscribe: false, publications: 0};
  const token = tokens[(__VU - 1) % tokens.length];
  const response = ws.connect(url, {}, (socket) => {
    socket.on('open', () => socket.send(JSON.stringify({id: 1, connect: {token}})));
    socket.on('message', (data) => {
      // A frame may hold several messages, one a line.
      for (const line of data.split('\n').filter((each) => each !== '')) {
        accept(socket, JSON.parse(line), heard);
      }
    });
    socket.setTimeout(() => socket.close(), staySeconds * 1000);
  });
  check(response, {'101 Switching Protocols': (each) => each && each.status === 101});
  check(heard, {
    connected: (each) => each.connect,
    subscribed: (each) => each.subscribe,
    'heard something': (each) => each.publications > 0,
  });
}

function accept(socket, message, heard) {
  if (Object.keys(message).length === 0) {
    pings.add(1);
    socket.send('{}');
  } else if (message.id === 1) {
    heard.connect = 'connect' in message;
    socket.send(JSON.stringify({id: 2, subscribe: {channel: 'room:k6'}}));
  } else if (message.id === 2) {
    heard.subscribe = 'subscribe' in message;
  } else if (message.push && message.push.pub) {
    heard.publications++;
    publications.add(1);
  }
}
