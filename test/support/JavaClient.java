import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Sends each body unchanged with Java's own HTTP client, over one connection if the server allows; prints the answers. */
public class JavaClient {
  public static void main(String[] arguments) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    for (int index = 1; index < arguments.length; index++) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]))
          .header("content-type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(arguments[index]))
          .build();
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      System.out.println(response.statusCode() + " " + response.version() + " " + response.body());
    }
    HttpRequest get = HttpRequest.newBuilder(URI.create(arguments[0]).resolve("/health")).build();
    System.out.println(client.send(get, HttpResponse.BodyHandlers.ofString()).body());
  }
}
