package dev.millipede.auth;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Asks an issuer for its keys. Redirects are not followed, as the configuration names whom to believe. */
final class JwksRequest {
    /** The longest answer, in bytes. */
    static final int MAX_LENGTH = 256 * 1024;

    private final HttpClient client;
    private final RequestOptions target;
    private final long timeoutMillis;

    JwksRequest(Vertx vertx, JwksConfig config) {
        this.target = new RequestOptions()
                .setAbsoluteURI(Objects.requireNonNull(config.url()))
                .setFollowRedirects(false);
        this.timeoutMillis = config.timeout().toMillis();
        HttpClientOptions options = new HttpClientOptions()
                .setKeepAlive(false)
                .setSsl(config.isEncrypted())
                .setConnectTimeout((int) timeoutMillis);
        if (config.ca() != null) {
            options.setTrustOptions(new PemTrustOptions().addCertPath(config.ca()));
        }
        this.client = vertx.createHttpClient(options);
    }

    /** The keys, within the timeout; fails with a message for people. */
    Future<JwkSet> send() {
        return limited(client.request(new RequestOptions(target))
                        .compose(request -> limited(answer(request)).onFailure(failure -> request.reset())))
                .compose(JwksRequest::parse);
    }

    private static Future<Buffer> answer(HttpClientRequest request) {
        request.putHeader("Accept", "application/jwk-set+json, application/json");
        return request.send().compose(response -> body(response));
    }

    private static Future<Buffer> body(HttpClientResponse response) {
        Promise<Buffer> promise = Promise.promise();
        response.exceptionHandler(promise::tryFail);
        if (response.statusCode() != 200) {
            promise.tryFail("the answer is HTTP status " + response.statusCode());
            return promise.future();
        }
        Buffer body = Buffer.buffer();
        response.handler(part -> {
            if (body.length() + part.length() > MAX_LENGTH) {
                promise.tryFail("the answer is longer than 256 KiB");
            } else {
                body.appendBuffer(part);
            }
        });
        response.endHandler(end -> promise.tryComplete(body));
        return promise.future();
    }

    private static Future<JwkSet> parse(Buffer body) {
        try {
            return Future.succeededFuture(JwkSet.of(body));
        } catch (UnusableKeyException e) {
            return Future.failedFuture(e);
        }
    }

    private <T> Future<T> limited(Future<T> future) {
        return future.timeout(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    Future<Void> close() {
        return client.close();
    }
}
