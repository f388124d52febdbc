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

package io.datafast.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;

import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * An in-process DataFast goals API. It enforces the rules of the real one, answers as it
 * does, records what it receives, and can be told to misbehave.
 *
 * <pre class="code">
 * try (MockDataFast mockDataFast = MockDataFast.start()) {
 *     mockDataFast.answer(MockAnswer.status(503), MockAnswer.ok());
 *     // point datafast.base-url at getBaseUrl(), datafast.api-key at getApiKey(), then
 *     assertThat(mockDataFast).received("newsletter_signup").forVisitor("visitor-1");
 * }
 * </pre>
 *
 * <p>
 * In a Spring test, {@link AutoConfigureMockDataFast @AutoConfigureMockDataFast} does the
 * starting, pointing, resetting and closing. Outside tests, for example in a demo, the
 * class needs neither a test framework nor an assertion library.
 *
 * <h2>Rules</h2>
 * <p>
 * It accepts {@code POST} requests to {@code /api/v1/goals}, checks them in this order,
 * and refuses with the first rule that is broken:
 * <ol>
 * <li>another path: 404; another method: 405</li>
 * <li>the key, sent as bearer token, is neither {@link #getApiKey()} nor
 * {@link #getAccountToken()}: 401; an account token without a {@code websiteId} query
 * parameter: 400</li>
 * <li>the website is {@link #suspended(boolean) suspended}: 403</li>
 * <li>the content type is not {@code application/json}, the body is no JSON object, a
 * field breaks its rule: 400</li>
 * <li>the visitor is {@link #unknownVisitor(String) unknown}: 404; it is a
 * {@link #bot(String) bot}: 400</li>
 * </ol>
 * <p>
 * HTML is stripped from the metadata values of accepted goals: {@code script} and
 * {@code style} elements with their content, and all other tags without. The real API may
 * strip more.
 *
 * <h2>Resources</h2>
 * <p>
 * The server listens on the loopback interface only, and its threads are daemons. Answers
 * that wait occupy no thread. Everything received is kept in memory until
 * {@link #reset()}. JSON is read with the library that Spring Boot's
 * {@link org.springframework.boot.json.JsonParserFactory} finds on the class path, or
 * with Jackson 2; without Jackson or Gson it falls back to a basic parser that neither
 * reads all escapes nor notices all malformed JSON.
 *
 * <p>
 * The JDK's HTTP server delays small answers by about 40 milliseconds on some systems,
 * unless the system property {@code sun.net.httpserver.nodelay} is {@code true} when its
 * first instance in the JVM is created. This class sets the property when it is loaded,
 * if it is not set.
 *
 * <p>
 * All methods are thread-safe. Those that configure return this instance, and take effect
 * for the requests that arrive afterwards.
 */
public final class MockDataFast implements AutoCloseable {

	private static final String NO_DELAY = "sun.net.httpserver.nodelay";

	private static final int BACKLOG = 4096;

	private static final long POLL_MILLIS = 5;

	static {
		if (System.getProperty(NO_DELAY) == null) {
			System.setProperty(NO_DELAY, "true");
		}
	}

	private final ExecutorService executor;

	private final MockApiHandler handler;

	private final AtomicBoolean closed = new AtomicBoolean();

	private final HttpServer server;

	private volatile Supplier<@Nullable String> obstacle = () -> null;

	private final String baseUrl;

	private MockDataFast(HttpServer server) {
		this.server = server;
		this.baseUrl = "http://127.0.0.1:" + server.getAddress().getPort() + "/api/v1";
		CustomizableThreadFactory threadFactory = new CustomizableThreadFactory("mock-datafast-");
		threadFactory.setDaemon(true);
		this.executor = Executors.newCachedThreadPool(threadFactory);
		this.handler = new MockApiHandler(this.executor);
		this.server.createContext("/", this.handler);
		this.server.setExecutor(this.executor);
		// The server's own thread inherits being a daemon from the one that starts it.
		CompletableFuture.runAsync(this.server::start, this.executor).join();
	}

	/**
	 * Starts a mock on a free port of the loopback interface.
	 * @return the running mock, to be {@link #close() closed} after use
	 * @throws UncheckedIOException if the server cannot be started
	 */
	public static MockDataFast start() {
		return start(0);
	}

	/**
	 * Starts a mock on the given port of the loopback interface.
	 * @param port the port, or 0 for a free one
	 * @return the running mock, to be {@link #close() closed} after use
	 * @throws UncheckedIOException if the server cannot be started, in particular if the
	 * port is taken
	 * @throws IllegalArgumentException if the port is out of range
	 */
	public static MockDataFast start(int port) {
		try {
			InetAddress loopback = InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 });
			return new MockDataFast(HttpServer.create(new InetSocketAddress(loopback, port), BACKLOG));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot start MockDataFast on port " + port, ex);
		}
	}

	/**
	 * Returns what {@code datafast.base-url} has to be set to.
	 * @return {@code http://127.0.0.1:<port>/api/v1}
	 */
	public String getBaseUrl() {
		return this.baseUrl;
	}

	/**
	 * Returns the website key that is accepted. It needs no {@code websiteId}, and
	 * ignores one.
	 * @return the key, which is the same for all mocks
	 */
	public String getApiKey() {
		return GoalsApi.API_KEY;
	}

	/**
	 * Returns the account token that is accepted. Requests that use it must name any
	 * website in the query parameter {@code websiteId}.
	 * @return the token, which is the same for all mocks
	 */
	public String getAccountToken() {
		return GoalsApi.ACCOUNT_TOKEN;
	}

	/**
	 * Returns the goals received so far: those that were accepted and answered 200.
	 * @return an immutable snapshot, in the order of arrival
	 */
	public List<ReceivedGoal> getGoals() {
		return this.handler.goals();
	}

	/**
	 * Returns the goals of the given name received so far.
	 * @param name the goal's name
	 * @return an immutable snapshot, in the order of arrival
	 * @see #getGoals()
	 */
	public List<ReceivedGoal> getGoals(String name) {
		return getGoals().stream().filter((goal) -> goal.name().equals(name)).toList();
	}

	/**
	 * Returns all requests received so far, to any path, including those that were
	 * refused or not answered.
	 * @return an immutable snapshot, in the order of arrival
	 */
	public List<ReceivedRequest> getRequests() {
		return this.handler.requests();
	}

	/**
	 * Answers the next goal requests as told, one after another, then normally again.
	 * Requests to other paths or with other methods don't count. Answers that are still
	 * outstanding from earlier calls come first.
	 * @param answers the answers, in order
	 * @return this mock
	 */
	public MockDataFast answer(MockAnswer... answers) {
		this.handler.addAnswers(List.of(answers));
		return this;
	}

	/**
	 * Answers every goal request as told until {@link #reset()}. Where there are
	 * {@link #answer(MockAnswer...) scripted answers}, they come first.
	 * @param answer the answer
	 * @return this mock
	 */
	public MockDataFast alwaysAnswer(MockAnswer answer) {
		this.handler.setStandingAnswer(answer);
		return this;
	}

	/**
	 * Waits before every answer until {@link #reset()}, unless an answer brings
	 * {@link MockAnswer#after(Duration) its own latency}. Requests are processed at once,
	 * so that a goal counts as received even where the client gives up waiting.
	 * @param latency how long to wait, to the millisecond; zero, the default, for no wait
	 * @return this mock
	 * @throws IllegalArgumentException if the latency is negative
	 */
	public MockDataFast latency(Duration latency) {
		this.handler.setLatency(MockAnswer.requireNotNegative(latency));
		return this;
	}

	/**
	 * Answers 404 for a visitor until {@link #reset()}, as if it had no pageview yet.
	 * @param visitorId the visitor
	 * @return this mock
	 */
	public MockDataFast unknownVisitor(String visitorId) {
		this.handler.api().addUnknownVisitor(visitorId);
		return this;
	}

	/**
	 * Answers 400 for a visitor until {@link #reset()}, as if it were a bot.
	 * @param visitorId the visitor
	 * @return this mock
	 */
	public MockDataFast bot(String visitorId) {
		this.handler.api().addBot(visitorId);
		return this;
	}

	/**
	 * Answers 403 for all visitors, as if tracking were suspended for the website.
	 * @param suspended {@code true} to suspend until {@link #reset()}, {@code false} to
	 * resume
	 * @return this mock
	 */
	public MockDataFast suspended(boolean suspended) {
		this.handler.api().setSuspended(suspended);
		return this;
	}

	/**
	 * Waits until a condition holds. It is evaluated on the calling thread: at once,
	 * every few milliseconds, and a last time when the timeout has elapsed.
	 *
	 * <pre class="code">
	 * mockDataFast.awaitUntil((mock) -&gt; mock.getRequests().size() == 3, Duration.ofSeconds(10));
	 * </pre>
	 * @param condition the condition
	 * @param timeout how long to wait at most
	 * @return whether the condition holds; {@code false} also when the thread is
	 * interrupted, whose interrupt flag is then set
	 */
	public boolean awaitUntil(Predicate<? super MockDataFast> condition, Duration timeout) {
		long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
		boolean holds = condition.test(this);
		try {
			while (!holds && System.nanoTime() - deadline < 0) {
				Thread.sleep(POLL_MILLIS);
				holds = condition.test(this);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return holds;
	}

	/**
	 * Sets the supplier of the reason why the application cannot send anything to this
	 * mock.
	 */
	void setObstacle(Supplier<@Nullable String> obstacle) {
		this.obstacle = obstacle;
	}

	@Nullable String describeUnreachable() {
		String found = this.obstacle.get();
		return (found != null)
				? "MockDataFast can receive nothing from the application context of this test, since " + found : null;
	}

	void beginTest() {
		this.handler.beginTest();
	}

	void endTest() {
		this.handler.endTest();
	}

	/**
	 * Forgets everything received and all misbehaviour. Requests that still wait for an
	 * answer don't get any: their connections are closed.
	 */
	public void reset() {
		this.handler.reset();
	}

	/**
	 * Stops the server and closes all connections. What was received stays readable.
	 * Closing again has no effect.
	 */
	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			this.server.stop(0);
			this.executor.shutdownNow();
		}
	}

	/**
	 * Returns where the mock listens.
	 * @return a description for people
	 */
	@Override
	public String toString() {
		return "MockDataFast at " + this.baseUrl;
	}

}
