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
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.net.ssl.SSLHandshakeException;

import org.springframework.util.StringUtils;

/**
 * Tells failures before a request was sent, after which DataFast certainly did not create
 * the goal, from those after which nobody knows.
 */
final class ConnectionFailures {

	private static final List<Class<? extends Throwable>> BEFORE_SENDING = List.of(NotSentException.class,
			ConnectException.class, HttpConnectTimeoutException.class, NoRouteToHostException.class,
			UnknownHostException.class, UnresolvedAddressException.class, SSLHandshakeException.class);

	private static final int MAX_DEPTH = 20;

	private ConnectionFailures() {
	}

	static boolean isBeforeSending(Throwable failure) {
		return causes(failure).anyMatch((cause) -> BEFORE_SENDING.stream().anyMatch((type) -> type.isInstance(cause))
				|| isConnectTimeout(cause));
	}

	/**
	 * {@code HttpURLConnection} and Apache HttpComponents have no exception, or one of
	 * their own, for a connection that takes too long.
	 */
	private static boolean isConnectTimeout(Throwable cause) {
		return cause instanceof SocketTimeoutException
				&& StringUtils.startsWithIgnoreCase(cause.getMessage(), "connect");
	}

	/**
	 * The failure in one line: the types, and the messages of those that say more about
	 * the connection than about its content.
	 */
	static String describe(Throwable failure) {
		return ReceivedText.abbreviate(causes(failure).filter((cause) -> !(cause instanceof NotSentException))
			.map(ConnectionFailures::describeOne)
			.distinct()
			.collect(Collectors.joining(", caused by ")));
	}

	private static String describeOne(Throwable cause) {
		String type = cause.getClass().getSimpleName();
		return (cause instanceof IOException && cause.getMessage() != null)
				? type + " " + ReceivedText.clean(cause.getMessage()) : type;
	}

	private static Stream<Throwable> causes(Throwable failure) {
		return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(MAX_DEPTH);
	}

	/**
	 * The exchange failed before the server can have got the whole request.
	 */
	static final class NotSentException extends IOException {

		private static final long serialVersionUID = 1L;

		NotSentException(Exception cause) {
			super("The request was not sent", cause);
		}

	}

}
