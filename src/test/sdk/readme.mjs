import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';

const { token } = await (await fetch('http://127.0.0.1:8000/dev/token?user=node')).json();
const client = new Centrifuge('ws://127.0.0.1:8000/connection/websocket', { websocket: WebSocket, token });
const lobby = client.newSubscription('room:lobby');
lobby.on('publication', ({ data, info }) => console.log(`${info?.user || 'somebody'}: ${data.text}`));
lobby.subscribe();
client.connect();
await lobby.publish({ text: 'Hello from Node' });
