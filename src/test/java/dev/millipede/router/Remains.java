package dev.millipede.router;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** What an object's own maps and collections still hold, those included that a later version adds. */
final class Remains {
    private Remains() {}

    /** The contents of those that are not empty, by the name of the field. */
    static Map<String, Object> of(Object owner) {
        Map<String, Object> remains = new TreeMap<>();
        for (Field field : owner.getClass().getDeclaredFields()) {
            Object value = Modifier.isStatic(field.getModifiers()) ? null : read(field, owner);
            boolean isEmpty = value instanceof Map<?, ?> map
                    ? map.isEmpty()
                    : !(value instanceof Collection<?> collection) || collection.isEmpty();
            if (value != null && !isEmpty) {
                remains.put(field.getName(), value);
            }
        }
        return remains;
    }

    private static Object read(Field field, Object owner) {
        field.setAccessible(true);
        try {
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
