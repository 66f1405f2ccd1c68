package dev.millipede.websocket;

/** Slots without end that know how many are taken. */
final class CountedSlots implements Slots {
    int taken;

    @Override
    public boolean take() {
        taken++;
        return true;
    }

    @Override
    public int free() {
        return 1_000;
    }

    @Override
    public void giveBack() {
        taken--;
    }
}
