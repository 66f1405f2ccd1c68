package dev.millipede.backplane.memory;

import org.jspecify.annotations.Nullable;

/** The newest of a sequence, by index; grows as it fills. Confined like its owner. */
final class Ring<T> {
    private static final int INITIAL = 4;

    private @Nullable Object[] slots = new Object[INITIAL];
    private int first;
    private int size;

    int size() {
        return size;
    }

    /** Adds the newest and drops of the oldest what is more than {@code most}. */
    void add(T element, int most) {
        while (size >= most) {
            slots[first] = null;
            first = (first + 1) % slots.length;
            size--;
        }
        if (size == slots.length) {
            grow();
        }
        slots[(first + size) % slots.length] = element;
        size++;
    }

    private void grow() {
        @Nullable Object[] larger = new Object[slots.length * 2];
        for (int i = 0; i < size; i++) {
            larger[i] = slots[(first + i) % slots.length];
        }
        slots = larger;
        first = 0;
    }

    /** @param index from 0, the oldest */
    @SuppressWarnings("unchecked")
    T get(int index) {
        Object element = index < 0 || index >= size ? null : slots[(first + index) % slots.length];
        if (element == null) {
            throw new IndexOutOfBoundsException(index);
        }
        return (T) element;
    }

    void clear() {
        slots = new Object[INITIAL];
        first = 0;
        size = 0;
    }
}
