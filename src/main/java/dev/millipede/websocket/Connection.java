package dev.millipede.websocket;

import dev.millipede.channel.Channel;
import dev.millipede.channel.ClientInfo;
import dev.millipede.channel.Payload;
import dev.millipede.protocol.CloseCode;
import dev.millipede.protocol.Command;
import dev.millipede.protocol.Protocol;
import dev.millipede.websocket.frame.FrameSink;
import dev.millipede.websocket.frame.FrameViolation;
import dev.millipede.websocket.frame.FrameWriter;
import dev.millipede.websocket.frame.PartialFrame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One client: who it is, what it is subscribed to, where it stands in the protocol. Confined to the event loop of its
 * WebSocketVerticle.
 *
 * <p>A million of these live at once: each field is paid for a million times. What all connections of a loop share is in
 * {@link Instance}; what is needed only for a while (half a frame, a join under way) hangs on a reference that is null
 * otherwise. This file is long because what it does with its fields, frames in, commands, subscriptions, cannot be moved to
 * objects of their own for the same reason.
 */
class Connection implements FrameSink, Protocol.CommandSink {
    /** Where a connection is in its life; it only moves down this list. */
    enum State {
        /** Upgraded; the only legal command is connect. */
        OPENING,
        /** Identified; its automatic channels are being confirmed. */
        CONNECTING,
        CONNECTED,
        /** Answered connect with an error: any further command closes it. */
        REFUSED,
        /** Our close frame is out, the peer's is awaited. */
        CLOSING,
        CLOSED
    }

    /** The slot of somebody who has none. */
    static final int NO_SLOT = -1;

    /** The slot of a subscription that has lost its place and is to be told. */
    static final int SUSPENDED = -2;

    private static final int FLAG_BITS = 2;
    private static final int BY_SERVER = 1;
    private static final int BY_TOKEN = 2;

    private static final LocalChannel[] NO_CHANNELS = {};
    private static final int[] NO_SLOTS = {};

    final Instance instance;
    Transport transport;
    State state = State.OPENING;
    String user = "";

    @Nullable
    Payload info;

    /** What most connections have not got; null for those. */
    @Nullable
    Extras extras;

    private final long idHigh;
    private final long idLow;

    /** The channels subscribed to, and the slot held in each, above {@link #BY_SERVER} and {@link #BY_TOKEN}. */
    private LocalChannel[] channels = NO_CHANNELS;

    private int[] slots = NO_SLOTS;

    /** The slot among those that get broadcasts, {@link #SUSPENDED} or {@link #NO_SLOT}. */
    int broadcastSlot = NO_SLOT;

    /** Whether the server subscribed this connection to broadcasts, not it itself. */
    boolean broadcastByServer;

    /** Tick of {@link Heartbeat}'s wheel at which the token expires; {@link Heartbeat#NEVER} when it does not. */
    int expiryTick = Heartbeat.NEVER;

    // Owned by the timing wheel.
    int dueTick = TimingWheel.OUT;

    @Nullable
    Connection wheelNext;

    @Nullable
    Connection wheelPrevious;

    // Owned by the heartbeat: when it next acts, whether that is the end of a pong's time, whether the pong is still
    // due.
    int heartbeatTick;
    boolean pinged;
    boolean awaitsPong;

    // Owned by the outbox.
    boolean written;
    boolean backlogged;

    /** Joins and commands that wait; null when none do. */
    @Nullable
    Pending pending;

    /** The peer's close frame has come, or something that is no frame: what follows is discarded. */
    private boolean deaf;

    private @Nullable PartialFrame partial;

    /**
     * A connection whose id is made of random bits.
     *
     * @param idHigh of which four say that this is a random UUID (RFC 9562 section 5.4)
     * @param idLow of which two say that it is a UUID of this kind
     */
    @SuppressWarnings("NullAway.Init") // the transport is set by its own constructor, before the connection is used
    Connection(Instance instance, long idHigh, long idLow) {
        this.instance = instance;
        this.idHigh = (idHigh & ~0xF000L) | 0x4000L;
        this.idLow = (idLow & ~(3L << 62)) | (2L << 62);
    }

    /** The public id, as in {@code info.client}. */
    String id() {
        return new UUID(idHigh, idLow).toString();
    }

    /** What most connections have not got, made if need be. */
    Extras makeExtras() {
        Extras made = extras;
        if (made == null) {
            made = new Extras();
            extras = made;
        }
        return made;
    }

    /** What its publications in a channel say of it. */
    ClientInfo clientInfo(Channel channel) {
        LocalChannel local = extras == null ? null : local(channel.name());
        return new ClientInfo(user, id(), info, extras == null || local == null ? null : extras.info(local));
    }

    /** Whether anything may still be sent. */
    boolean isOpen() {
        return state.compareTo(State.CLOSING) < 0;
    }

    // Input: from the transport to frames to commands.

    /** Takes bytes as they came; may change them in place. */
    final void received(byte[] bytes, int length) {
        if (!deaf) {
            partial = instance.frames.read(bytes, 0, length, partial, this);
        }
    }

    @Override
    public void text(byte[] bytes, int offset, int length) {
        if (!isOpen()) {
            return;
        }
        try {
            instance.protocol.decode(bytes, offset, length, this);
        } catch (Protocol.MalformedCommandException e) {
            close(CloseCode.BAD_REQUEST);
        }
    }

    @Override
    public boolean command(Command command) {
        if (instance.rates.takes(this, command)) {
            instance.commands.accept(this, command);
        }
        return isOpen();
    }

    @Override
    public void binary(byte[] bytes, int offset, int length) {
        close(CloseCode.INAPPROPRIATE_PROTOCOL);
    }

    @Override
    public void ping(byte[] bytes, int offset, int length) {
        if (instance.rates.takesFrame(this)) {
            instance.outbox.send(this, FrameWriter.pong(bytes, offset, length));
        }
    }

    @Override
    public void pong(byte[] bytes, int offset, int length) {
        instance.rates.takesFrame(this);
    }

    @Override
    public void emptyFragment() {
        instance.rates.takesFrame(this);
    }

    @Override
    public final void close(int code, byte[] bytes, int offset, int length) {
        if (isOpen()) {
            leave(code, FrameWriter.close(code, new String(bytes, offset, length, StandardCharsets.UTF_8)));
        }
        hangUp();
    }

    @Override
    public final void violation(FrameViolation violation) {
        if (isOpen()) {
            leave(violation.code(), FrameWriter.close(violation.code(), violation.reason()));
        }
        hangUp();
    }

    private void hangUp() {
        deaf = true;
        instance.outbox.flush();
        transport.end();
    }

    /** After our own close frame the peer's is still looked for. */
    @Override
    public final boolean open() {
        return !deaf;
    }

    // The way out.

    /** Closes with a code of ours: the close frame goes out, the peer's is awaited for a while. */
    void close(CloseCode code) {
        if (isOpen()) {
            leave(code.code(), FrameWriter.close(code.code(), code.reason()));
        }
    }

    /** Something of ours threw: half a frame may be lost, so nothing more is read. */
    final void failed() {
        close(CloseCode.INTERNAL);
        partial = null;
        hangUp();
    }

    private void leave(int code, byte[] closeFrame) {
        boolean unread = isHeldBack() || isThrottled();
        state = State.CLOSING;
        if (unread) {
            transport.pauseReading(false);
        }
        instance.left(this, code);
        instance.outbox.sendLast(this, closeFrame);
        instance.heartbeat.awaitClose(this);
    }

    /** The socket is gone, whoever closed it. */
    void transportClosed() {
        if (isOpen()) {
            instance.left(this, CloseCode.GONE.code());
        }
        if (state != State.CLOSED) {
            state = State.CLOSED;
            deaf = true;
            partial = null;
            instance.gone(this);
        }
    }

    // Subscriptions.

    int subscriptions() {
        return channels.length;
    }

    /** Channels this connection has or is about to have, {@code broadcast} not counted. */
    int channels() {
        return channels.length + (pending == null ? 0 : pending.channels());
    }

    /** Where commands for a channel wait while its subscription is on its way, or its token is verified; null when not. */
    @Nullable
    ArrayDeque<Command> waiting(String channel) {
        if (pending != null) {
            for (Joining joining : pending.joins) {
                if (joining.channel.channel.name().equals(channel)) {
                    return joining.waiting;
                }
            }
            for (Checking checking : pending.checks) {
                if (checking.channel.equals(channel)) {
                    return checking.waiting;
                }
            }
        }
        return null;
    }

    /** A token has been verified; whether anybody still wants to know. */
    boolean checked(Checking checking) {
        if (!isOpen() || pending == null || !pending.checks.remove(checking)) {
            return false;
        }
        dropIdlePending();
        return true;
    }

    /** What it waits for, made if need be. */
    Pending makePending() {
        Pending made = pending;
        if (made == null) {
            made = new Pending();
            pending = made;
        }
        return made;
    }

    /** Whether commands have to wait, unread, until connect is answered. */
    boolean isHeldBack() {
        return pending != null && pending.connect != null;
    }

    /** Whether it is not read from, because it has sent too many bytes. */
    boolean isThrottled() {
        return extras != null && extras.spent != null && extras.spent.throttled && isOpen();
    }

    void dropIdlePending() {
        if (pending != null && pending.isIdle()) {
            pending = null;
        }
    }

    /** Names of the channels subscribed to, {@code broadcast} included. */
    List<String> subscriptionNames() {
        List<String> names = new ArrayList<>(channels.length + 1);
        for (LocalChannel each : channels) {
            names.add(each.channel.name());
        }
        if (broadcastSlot != NO_SLOT) {
            names.add(Channel.BROADCAST);
        }
        return names;
    }

    LocalChannel subscription(int index) {
        return channels[index];
    }

    boolean isSubscribed(Channel channel) {
        if (channel.isBroadcast() && broadcastSlot != NO_SLOT) {
            return true;
        }
        return find(channel) >= 0;
    }

    int find(Channel channel) {
        for (int i = 0; i < channels.length; i++) {
            if (channels[i].channel.equals(channel)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Remembers a subscription.
     *
     * @param byServer whether the server subscribed it, not the client itself
     * @param byToken whether a token let it
     */
    void subscribed(LocalChannel channel, int slot, boolean byServer, boolean byToken) {
        int count = channels.length;
        channels = Arrays.copyOf(channels, count + 1);
        slots = Arrays.copyOf(slots, count + 1);
        channels[count] = channel;
        slots[count] = slot << FLAG_BITS | (byServer ? BY_SERVER : 0) | (byToken ? BY_TOKEN : 0);
    }

    /** Forgets a subscription and returns the slot it had. */
    int unsubscribed(int index) {
        int slot = slots[index] >> FLAG_BITS;
        if (extras != null) {
            extras.unsubscribed(channels[index]);
        }
        int last = channels.length - 1;
        channels[index] = channels[last];
        slots[index] = slots[last];
        channels = last == 0 ? NO_CHANNELS : Arrays.copyOf(channels, last);
        slots = last == 0 ? NO_SLOTS : Arrays.copyOf(slots, last);
        return slot;
    }

    /** This one now has another slot in a channel it is subscribed to, or is suspended. */
    void moved(LocalChannel channel, int slot) {
        if (channel == instance.subscribers.everybody()) {
            broadcastSlot = slot;
            return;
        }
        int index = indexOf(channel);
        if (index < 0) {
            throw new IllegalStateException("not a member of " + channel.channel);
        }
        slots[index] = slot << FLAG_BITS | (slots[index] & (BY_SERVER | BY_TOKEN));
    }

    boolean isSuspended(LocalChannel channel) {
        if (channel == instance.subscribers.everybody()) {
            return broadcastSlot == SUSPENDED;
        }
        int index = indexOf(channel);
        return index >= 0 && slots[index] >> FLAG_BITS == SUSPENDED;
    }

    /** Whether the server subscribed it to a channel it has. */
    boolean isByServer(LocalChannel channel) {
        return channel == instance.subscribers.everybody() ? broadcastByServer : has(channel, BY_SERVER);
    }

    /** Whether a token let it subscribe to a channel it has. */
    boolean isByToken(LocalChannel channel) {
        return channel != instance.subscribers.everybody() && has(channel, BY_TOKEN);
    }

    /** A token keeps up a subscription that perhaps none had made. */
    void keptByToken(LocalChannel channel) {
        int index = indexOf(channel);
        if (index >= 0) {
            slots[index] |= BY_TOKEN;
        }
    }

    private boolean has(LocalChannel channel, int flag) {
        return (slots[indexOf(channel)] & flag) != 0;
    }

    /** It gets no broadcasts any more. */
    void leftBroadcast() {
        LocalChannel everybody = instance.subscribers.everybody();
        if (extras != null && everybody != null) {
            extras.unsubscribed(everybody);
        }
        broadcastSlot = NO_SLOT;
    }

    /** The channel of that name it is subscribed to, or null. */
    @Nullable
    LocalChannel local(String name) {
        for (LocalChannel each : channels) {
            if (each.channel.name().equals(name)) {
                return each;
            }
        }
        return broadcastSlot != NO_SLOT && name.equals(Channel.BROADCAST) ? instance.subscribers.everybody() : null;
    }

    int indexOf(LocalChannel channel) {
        for (int i = 0; i < channels.length; i++) {
            if (channels[i] == channel) {
                return i;
            }
        }
        return -1;
    }
}
