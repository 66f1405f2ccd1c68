'use strict';

// Steps of room.yml: what a user hears. Works with Artillery 1.7 and 2.

const REPLY_MILLIS = 10_000;

/** Answers pings, counts publications, and wakes up the step that waits for a reply. */
function listen(context, events, done) {
  const user = {heard: 0, leaving: false, replies: new Map(), waiting: new Map()};
  context.user = user;
  context.ws.on('message', (data) => {
    // A frame may hold several messages, one a line.
    for (const line of String(data).split('\n').filter((each) => each !== '')) {
      const message = JSON.parse(line);
      if (Object.keys(message).length === 0) {
        context.ws.send('{}');
        events.emit('counter', 'millipede.pings', 1);
      } else if (message.id) {
        user.replies.set(message.id, message);
        user.waiting.get(message.id)?.();
      } else if (message.push?.pub) {
        user.heard++;
        events.emit('counter', 'millipede.publications', 1);
      }
    }
  });
  // Artillery itself does not mind.
  context.ws.on('close', (code) => user.leaving || events.emit('error', `closed: ${code}`));
  done();
}

/** Waits for the reply to a command; anything but a result of that name is an error of the run. */
function reply(id, name) {
  return (context, events, done) => {
    const {replies, waiting} = context.user;
    const end = () => {
      clearTimeout(timer);
      waiting.delete(id);
      const answer = replies.get(id);
      if (answer?.[name]) {
        events.emit('counter', `millipede.${name}`, 1);
      } else {
        events.emit('error', `${name}: ${answer?.error?.code ?? 'no reply'}`);
      }
      done();
    };
    const timer = setTimeout(end, REPLY_MILLIS);
    if (replies.has(id)) {
      end();
    } else {
      waiting.set(id, end);
    }
  };
}

/** The end of a visit; somebody who has heard nothing at all makes the run fail. */
function heard(context, events, done) {
  context.user.leaving = true;
  if (context.user.heard === 0) {
    events.emit('error', 'heard nothing');
  }
  done();
}

module.exports = {listen, connected: reply(1, 'connect'), subscribed: reply(2, 'subscribe'), heard};
