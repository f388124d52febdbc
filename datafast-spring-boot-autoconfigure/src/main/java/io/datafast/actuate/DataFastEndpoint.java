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

package io.datafast.actuate;

import java.lang.reflect.Method;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.datafast.DataFastAuthenticationException;
import io.datafast.DataFastException;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.GoalRejectedException;
import io.datafast.delivery.GoalBacklog;
import io.datafast.delivery.GoalDeliveryListener;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.interceptor.TrackedMethod;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Read-only {@link Endpoint @Endpoint} that shows whether goals are sent, how many had
 * which outcome, and which methods track goals. It shows neither the API key nor visitor
 * ids nor metadata. It counts outcomes itself, and so needs no Micrometer. Thread-safe.
 */
@Endpoint(id = "datafast")
public class DataFastEndpoint implements GoalDeliveryListener {

	private final @Nullable String disabledReason;

	private final URI baseUrl;

	private final Supplier<@Nullable GoalBacklog> backlog;

	private final Supplier<? extends Collection<TrackedMethod>> trackedMethods;

	private final Map<String, Map<String, LongAdder>> outcomes = new ConcurrentHashMap<>();

	private volatile @Nullable FailureDescriptor lastFailure;

	/**
	 * Create an endpoint.
	 * @param disabledReason why no goals are sent, or {@code null} if they are
	 * @param baseUrl the base URL of the DataFast API
	 * @param backlog gives the goals that the dispatcher has taken over, or {@code null}
	 * if unknown, as with a dispatcher of the application
	 * @param trackedMethods gives the annotated methods
	 */
	public DataFastEndpoint(@Nullable String disabledReason, URI baseUrl, Supplier<@Nullable GoalBacklog> backlog,
			Supplier<? extends Collection<TrackedMethod>> trackedMethods) {
		this.disabledReason = disabledReason;
		this.baseUrl = baseUrl;
		this.backlog = backlog;
		this.trackedMethods = trackedMethods;
	}

	@Override
	public void onOutcome(Goal goal, GoalOutcome outcome) {
		this.outcomes.computeIfAbsent(outcome.outcomeName(), (name) -> new ConcurrentHashMap<>())
			.computeIfAbsent(outcome.reasonName(), (name) -> new LongAdder())
			.increment();
		DataFastException exception = GoalOutcomePublisher.failureOf(outcome);
		if (exception != null) {
			this.lastFailure = new FailureDescriptor(Instant.now(), goal.name(), outcome.outcomeName(),
					outcome.reasonName(), status(exception), exception.getMessage());
		}
	}

	/**
	 * Describe DataFast in this application.
	 * @return the state
	 */
	@ReadOperation
	public DataFastDescriptor dataFast() {
		return new DataFastDescriptor(this.disabledReason == null, this.disabledReason, this.baseUrl.toString(),
				describeDelivery(), countOutcomes(), this.lastFailure, describeTrackedMethods());
	}

	private Map<String, Map<String, Long>> countOutcomes() {
		Map<String, Map<String, Long>> result = new TreeMap<>();
		this.outcomes.forEach((outcome, reasons) -> {
			Map<String, Long> sums = new TreeMap<>();
			reasons.forEach((reason, count) -> sums.put(reason, count.sum()));
			result.put(outcome, sums);
		});
		return result;
	}

	private DeliveryDescriptor describeDelivery() {
		GoalBacklog backlog = this.backlog.get();
		if (backlog == null) {
			return new DeliveryDescriptor("custom", null, null, null, null);
		}
		int pending = backlog.pending();
		Duration oldestAge = backlog.oldestAge();
		OptionalInt parked = backlog.parked();
		return new DeliveryDescriptor(backlog.mode(), pending, backlog.capacity(),
				(oldestAge != null) ? oldestAge.toSeconds() : null, parked.isPresent() ? parked.getAsInt() : null);
	}

	private List<TrackedMethodDescriptor> describeTrackedMethods() {
		return this.trackedMethods.get()
			.stream()
			.flatMap((tracked) -> tracked.goals()
				.stream()
				.map((goal) -> new TrackedMethodDescriptor(goal, tracked.beanClass().getName(),
						describe(tracked.method()))))
			.sorted(Comparator.comparing(TrackedMethodDescriptor::goal)
				.thenComparing(TrackedMethodDescriptor::beanClass)
				.thenComparing(TrackedMethodDescriptor::method))
			.toList();
	}

	private static String describe(Method method) {
		return Arrays.stream(method.getParameterTypes())
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", ", method.getName() + "(", ")"));
	}

	private static @Nullable Integer status(DataFastException exception) {
		if (exception instanceof GoalRejectedException rejected) {
			return rejected.getStatus();
		}
		if (exception instanceof DataFastAuthenticationException authentication) {
			return authentication.getStatus();
		}
		return (exception instanceof DataFastUnavailableException unavailable) ? unavailable.getStatus() : null;
	}

	/**
	 * The state of DataFast in this application.
	 *
	 * @param enabled whether goals are sent
	 * @param disabledReason why no goals are sent, or {@code null} if they are sent
	 * @param baseUrl the base URL of the DataFast API
	 * @param delivery the delivery in the background
	 * @param outcomes how many goals had each outcome since the start, by outcome and
	 * reason; an outcome that has not occurred has no entry
	 * @param lastFailure the failure of the goal that was last refused, or lost after an
	 * attempt to send it; {@code null} if there was none
	 * @param trackedMethods the annotated methods of the beans created so far, sorted
	 */
	public record DataFastDescriptor(boolean enabled, @Nullable String disabledReason, String baseUrl,
			DeliveryDescriptor delivery, Map<String, Map<String, Long>> outcomes,
			@Nullable FailureDescriptor lastFailure,
			List<TrackedMethodDescriptor> trackedMethods) implements OperationResponseBody {

	}

	/**
	 * The delivery in the background.
	 *
	 * @param mode {@code memory} or {@code jdbc}, or {@code custom} for a dispatcher of
	 * the application
	 * @param pending how many goals are waiting, in flight or waiting to be tried again,
	 * or {@code null} if unknown
	 * @param capacity how many goals may be pending, or {@code null} if unknown
	 * @param oldestAgeSeconds the age of the oldest pending goal, or {@code null} if
	 * there is none or it is unknown
	 * @param parked with {@code jdbc}, how many goals are parked
	 */
	public record DeliveryDescriptor(String mode, @Nullable Integer pending, @Nullable Integer capacity,
			@Nullable Long oldestAgeSeconds, @Nullable Integer parked) {

	}

	/**
	 * A goal that DataFast did not record.
	 *
	 * @param time when it reached its outcome
	 * @param goal the goal's name
	 * @param outcome the outcome, {@code rejected} or {@code dropped}
	 * @param reason the outcome's reason
	 * @param status the HTTP status of DataFast's last answer, or {@code null} if the
	 * last attempt got none
	 * @param message what happened
	 */
	public record FailureDescriptor(Instant time, String goal, String outcome, String reason, @Nullable Integer status,
			@Nullable String message) {

	}

	/**
	 * A method with {@link io.datafast.annotation.TrackGoal @TrackGoal}.
	 *
	 * @param goal the goal's name
	 * @param beanClass the name of the bean's class
	 * @param method the method's name and parameter types
	 */
	public record TrackedMethodDescriptor(String goal, String beanClass, String method) {

	}

}
