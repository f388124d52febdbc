/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.client;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.GoalReceipt;
import io.datafast.client.GoalAnswerReader.Answer;
import io.datafast.support.JsonCodec;
import io.datafast.support.Lazy;
import org.jspecify.annotations.Nullable;

import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.MediaType;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.support.HttpRequestWrapper;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/**
 * Makes the call {@code POST /goals} and turns every answer into a receipt or an
 * exception. Thread-safe.
 *
 * @see <a href="https://datafa.st/docs/api-create-goal">DataFast: create a custom
 * goal</a>
 */
public final class GoalClient {

	/**
	 * How many bytes of an answer's body are read: many times the size of DataFast's
	 * answers.
	 */
	static final int BODY_LIMIT = 16 * 1024;

	private static final String CALL_ATTRIBUTE = GoalClient.class.getName() + ".call";

	private static final String USER_AGENT = "datafast-spring-boot/" + version();

	private final Supplier<RestClient> restClient;

	private final JsonCodec json;

	private final Supplier<GoalClientCredentials> credentials;

	/**
	 * Create a client.
	 * @param builder supplies a builder of the HTTP client with the base URL, which is
	 * then modified; called with the first goal, so that beans which customize the client
	 * are not created earlier
	 * @param json writes and reads the bodies
	 * @param credentials supplies the API key and, for an account token, the website's
	 * id; called for each call to DataFast, on the thread that makes it
	 */
	public GoalClient(Supplier<RestClient.Builder> builder, JsonCodec json,
			Supplier<GoalClientCredentials> credentials) {
		this.restClient = Lazy.of(() -> builder.get().requestInterceptor(this::authenticate).build());
		this.json = json;
		this.credentials = credentials;
	}

	/**
	 * Create a goal at DataFast, with one call, on the calling thread.
	 * @param goal a goal with a visitor id
	 * @return the receipt
	 * @throws io.datafast.DataFastException if the goal was not created, or if it is
	 * unknown whether it was
	 */
	public GoalReceipt create(Goal goal) {
		GoalClientCredentials current = this.credentials.get();
		return new GoalAnswerReader(this.json, current).read(goal, exchange(goal, current));
	}

	private Answer exchange(Goal goal, GoalClientCredentials current) {
		byte[] body = this.json.write(requestBody(goal));
		Call call = new Call(current, new AtomicBoolean());
		try {
			return post(current.websiteId()).contentType(MediaType.APPLICATION_JSON)
				.accept(MediaType.APPLICATION_JSON)
				.header(HttpHeaders.USER_AGENT, USER_AGENT)
				.attribute(CALL_ATTRIBUTE, call)
				.body((StreamingHttpOutputMessage.Body) (output) -> output.write(body))
				.exchange((request, response) -> answer(response));
		}
		catch (RuntimeException ex) {
			// For instance a customizer or an interceptor of the application that fails.
			throw unavailable(goal,
					(ex instanceof ResourceAccessException && ex.getCause() != null) ? ex.getCause() : ex,
					call.sending().get());
		}
	}

	/**
	 * Set the API key in the last interceptor, so that no other interceptor can replace
	 * it, add to it, or log it. Also note when the request is about to be sent: if
	 * another interceptor fails or answers before, or there is no request of the HTTP
	 * client to copy the headers to, DataFast has certainly not received the goal.
	 */
	private ClientHttpResponse authenticate(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		// Another interceptor may have replaced the request by one without attributes.
		Call call = (request.getAttributes().get(CALL_ATTRIBUTE) instanceof Call known) ? known
				: new Call(this.credentials.get(), new AtomicBoolean());
		request.getHeaders().setBearerAuth(call.credentials().apiKey());
		return execution.execute(new HttpRequestWrapper(request) {

			@Override
			public HttpHeaders getHeaders() {
				call.sending().set(true);
				return super.getHeaders();
			}

		}, body);
	}

	private RestClient.RequestBodySpec post(@Nullable String websiteId) {
		RestClient.RequestBodyUriSpec request = this.restClient.get().post();
		return (websiteId != null) ? request.uri("/goals?websiteId={websiteId}", websiteId) : request.uri("/goals");
	}

	private static Map<String, ?> requestBody(Goal goal) {
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("datafast_visitor_id", goal.visitorId());
		body.put("name", goal.name());
		if (!goal.metadata().isEmpty()) {
			body.put("metadata", goal.metadata());
		}
		return body;
	}

	private static Answer answer(ClientHttpResponse response) throws IOException {
		byte[] body = new byte[0];
		try {
			long length = response.getHeaders().getContentLength();
			body = response.getBody().readNBytes((length >= 0 && length < BODY_LIMIT) ? (int) length : BODY_LIMIT);
		}
		catch (IOException | NumberFormatException ex) {
			// The status counts, whatever the body is.
		}
		return new Answer(response.getStatusCode().value(), response.getHeaders(), body);
	}

	private static DataFastUnavailableException unavailable(Goal goal, Throwable cause, boolean sending) {
		boolean ambiguous = sending && !ConnectionFailures.isBeforeSending(cause);
		String message = "DataFast could not be reached to create goal '" + goal.name() + "': "
				+ ConnectionFailures.describe(cause);
		return new DataFastUnavailableException(ambiguous ? message + " (it may have been created)" : message, cause,
				ambiguous);
	}

	private static String version() {
		try {
			return PropertiesLoaderUtils.loadProperties(new ClassPathResource("version.properties", GoalClient.class))
				.getProperty("version", "unknown");
		}
		catch (IOException ex) {
			return "unknown";
		}
	}

	private record Call(GoalClientCredentials credentials, AtomicBoolean sending) {

	}

}
