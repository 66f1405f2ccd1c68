package dev.millipede.support;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Fails a test class during which anything was logged as an error. */
public final class LogErrors implements BeforeAllCallback, AfterAllCallback {
    private final ListAppender<ILoggingEvent> events = new ListAppender<>();

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        events.start();
        root().addAppender(events);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        root().detachAppender(events);
        assertThat(List.copyOf(events.list))
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.ERROR))
                .extracting(LogErrors::told)
                .isEmpty();
    }

    /** The message and all that is known of its cause. */
    private static String told(ILoggingEvent event) {
        String said = "[" + event.getThreadName() + "] " + event.getLoggerName() + ": " + event.getFormattedMessage();
        IThrowableProxy thrown = event.getThrowableProxy();
        return thrown == null ? said : said + System.lineSeparator() + ThrowableProxyUtil.asString(thrown);
    }
}
