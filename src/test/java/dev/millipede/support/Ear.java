package dev.millipede.support;

import dev.millipede.backplane.Broker;
import dev.millipede.backplane.Skipped;
import dev.millipede.channel.Channel;
import dev.millipede.channel.Position;
import dev.millipede.channel.Publication;
import io.vertx.core.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A listener that takes publications and expects nothing else; wants nothing restored. */
public record Ear(Consumer<Publication> publications) implements Broker.Listener {
    @Override
    public void publication(Publication publication) {
        publications.accept(publication);
    }

    @Override
    public @Nullable Position known(Channel channel) {
        return null;
    }

    @Override
    public void skipped(Skipped why) {
        throw new AssertionError(why);
    }

    @Override
    public void lost() {
        throw new AssertionError("the backplane is lost");
    }

    @Override
    public Future<Void> restore() {
        return Future.succeededFuture();
    }
}
