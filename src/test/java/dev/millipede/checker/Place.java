package dev.millipede.checker;

/** Where a publication stands, as clients see it. */
record Place(String epoch, long offset) {
    @Override
    public String toString() {
        return epoch + ':' + offset;
    }
}
