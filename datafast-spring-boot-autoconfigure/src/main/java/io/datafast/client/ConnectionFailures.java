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
import javax.net.ssl.SSLPeerUnverifiedException;

import org.springframework.util.StringUtils;

/**
 * Tells failures before a request was sent from later ones. After a failure before
 * sending, DataFast certainly has not created the goal. After a later failure, this is
 * unknown.
 */
final class ConnectionFailures {

	private static final List<Class<? extends Throwable>> BEFORE_SENDING = List.of(NotSentException.class,
			ConnectException.class, HttpConnectTimeoutException.class, NoRouteToHostException.class,
			UnknownHostException.class, UnresolvedAddressException.class, SSLHandshakeException.class,
			SSLPeerUnverifiedException.class);

	private static final int MAX_DEPTH = 20;

	private ConnectionFailures() {
	}

	static boolean isBeforeSending(Throwable failure) {
		return causes(failure).anyMatch((cause) -> BEFORE_SENDING.stream().anyMatch((type) -> type.isInstance(cause))
				|| isToldByMessage(cause));
	}

	/**
	 * For a connect timeout, {@code HttpURLConnection} and Apache HttpComponents throw a
	 * {@code SocketTimeoutException} or a subclass of it. Only the message tells it from
	 * a read timeout. So it is where a proxy refuses the tunnel, with the exceptions of
	 * {@code HttpURLConnection} and {@code HttpClient}.
	 */
	private static boolean isToldByMessage(Throwable cause) {
		String message = String.valueOf(cause.getMessage());
		return message.startsWith("Unable to tunnel through proxy") || message.startsWith("Tunnel failed")
				|| (cause instanceof SocketTimeoutException && StringUtils.startsWithIgnoreCase(message, "connect"));
	}

	/**
	 * Describe a failure in one line: the types of its causes, and the messages of I/O
	 * exceptions, which are about the connection rather than its content.
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
	 * The exchange failed before the server can have received the whole request.
	 */
	static final class NotSentException extends IOException {

		private static final long serialVersionUID = 1L;

		NotSentException(Exception cause) {
			super("The request was not sent", cause);
		}

	}

}
