package io.sluice.cli.client;

import io.sluice.cli.json.Json;
import io.sluice.cli.json.JsonReader;
import io.sluice.cli.json.JsonWriter;

import org.jspecify.annotations.Nullable;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;

/**
 * Calls to one control plane, one after the other, over a connection that is kept. Not thread-safe.
 *
 * <p>Every call blocks, bounded by the timeouts of {@link ServerOptions}, and throws {@link
 * RestException.Unreachable} or {@link RestException.Refused}. A request with a body is sent once:
 * it is never repeated by itself, since a change must not happen twice.
 */
public final class RestClient {
    private static final int PAGE_SIZE = 500;

    private final ServerOptions options;
    private @Nullable SSLSocketFactory sockets;

    /** A client that connects at its first call. */
    public RestClient(ServerOptions options) {
        this.options = options;
    }

    /** The control plane's URL, for messages. */
    public String server() {
        return options.server().toString();
    }

    /** GETs one thing. */
    public Json get(String path) {
        return exchange(open("GET", path, options.readTimeout()), null);
    }

    /** GETs a list whole, page by page, as the server orders it. */
    public List<Json> list(String path) {
        List<Json> items = new ArrayList<>();
        String first = path + (path.contains("?") ? "&" : "?") + "pageSize=" + PAGE_SIZE;
        String token = "";
        do {
            Json page = get(token.isEmpty() ? first : first + "&pageToken=" + escape(token));
            items.addAll(page.items("items"));
            token = page.text("nextPageToken");
        } while (!token.isEmpty());
        return items;
    }

    /** POSTs a body, {@link Json#absent} for none, and gives the answer. */
    public Json post(String path, Json body) {
        HttpURLConnection connection = open("POST", path, options.readTimeout());
        connection.setRequestProperty("Content-Type", "application/json");
        String text = body.isAbsent() ? "" : JsonWriter.compact(body);
        return exchange(connection, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Opens a stream of server-sent events.
     *
     * @param lastEventId where to resume, "" for now
     * @param silenceMax the longest silence, heartbeats included, before the stream counts as dead
     */
    public EventStream events(String path, String lastEventId, Duration silenceMax) {
        HttpURLConnection connection = open("GET", path, silenceMax);
        connection.setRequestProperty("Accept", "text/event-stream");
        if (!lastEventId.isEmpty()) {
            connection.setRequestProperty("Last-Event-ID", lastEventId);
        }
        try {
            int status = connection.getResponseCode();
            if (status != HttpURLConnection.HTTP_OK) {
                throw refused(connection, status);
            }
            return new EventStream(connection.getInputStream(), connection::disconnect);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /** A name as one segment of a path or one value of a query. */
    public static String escape(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpURLConnection open(String method, String path, Duration readTimeout) {
        try {
            URI uri = URI.create(base() + path);
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            if (connection instanceof HttpsURLConnection secure && options.ca() != null) {
                secure.setSSLSocketFactory(sockets());
            }
            connection.setRequestMethod(method);
            connection.setInstanceFollowRedirects(false);
            connection.setUseCaches(false);
            connection.setConnectTimeout(millis(options.connectTimeout()));
            connection.setReadTimeout(millis(readTimeout));
            connection.setRequestProperty("Accept", "application/json");
            connection.setRequestProperty("User-Agent", "sluicectl");
            if (!options.author().isEmpty()) {
                connection.setRequestProperty("Sluice-Author", options.author());
            }
            if (options.token() != null) {
                connection.setRequestProperty("Authorization", "Bearer " + options.token());
            }
            return connection;
        } catch (IOException | IllegalArgumentException e) {
            throw new RestException.Unreachable(server(), reason(e));
        }
    }

    private Json exchange(HttpURLConnection connection, byte @Nullable [] body) {
        try {
            if (body != null) {
                connection.setDoOutput(true);
                // A fixed length also keeps HttpURLConnection from sending a POST again on its own.
                connection.setFixedLengthStreamingMode(body.length);
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(body);
                }
            }
            int status = connection.getResponseCode();
            if (status < 200 || status > 299) {
                throw refused(connection, status);
            }
            try (InputStream in = connection.getInputStream()) {
                Json answer = JsonReader.read(in);
                in.readAllBytes(); // what is left of the body, so that the connection can be kept
                return answer;
            }
        } catch (HttpRetryException e) {
            throw new RestException.Refused(
                    e.responseCode(), Json.absent(), "HTTP " + e.responseCode());
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private RestException refused(HttpURLConnection connection, int status) throws IOException {
        if (status < 0) {
            return new RestException.Unreachable(
                    server(), "what answers there does not speak HTTP");
        }
        Json problem = problem(connection);
        String detail = problem.text("detail");
        String title = problem.text("title");
        String said = !detail.isEmpty() ? detail : !title.isEmpty() ? title : "HTTP " + status;
        return new RestException.Refused(status, problem, said);
    }

    private static Json problem(HttpURLConnection connection) throws IOException {
        InputStream error = connection.getErrorStream();
        if (error == null) {
            return Json.absent();
        }
        try (error) {
            return JsonReader.read(error);
        } catch (com.fasterxml.jackson.core.JsonProcessingException notOurs) {
            return Json.absent(); // some proxy's page: the status says all there is
        }
    }

    private RestException.Unreachable unreachable(IOException e) {
        return new RestException.Unreachable(server(), reason(e));
    }

    private static String reason(Exception e) {
        String detail = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return switch (e) {
            case UnknownHostException unknown -> "unknown host " + detail;
            case NoRouteToHostException none -> "no route to host";
            case ConnectException refused -> "connection refused";
            case SocketTimeoutException timeout -> "no answer in time";
            case SSLException tls -> "TLS: " + detail;
            case FileNotFoundException missing -> "not found: " + detail;
            default -> detail;
        };
    }

    private SSLSocketFactory sockets() throws IOException {
        if (sockets == null && options.ca() != null) {
            sockets = TrustedAuthorities.sockets(options.ca());
        }
        return sockets == null ? (SSLSocketFactory) SSLSocketFactory.getDefault() : sockets;
    }

    private String base() {
        String text = server();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private static int millis(Duration duration) {
        return Math.clamp(duration.toMillis(), 1, Integer.MAX_VALUE);
    }
}
