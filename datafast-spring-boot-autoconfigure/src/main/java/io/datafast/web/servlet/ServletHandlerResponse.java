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

package io.datafast.web.servlet;

import java.util.function.IntSupplier;

import io.datafast.support.TrackingContext;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * The response to the Servlet request that the current thread handles. Thread-safe.
 */
public final class ServletHandlerResponse implements TrackingContext.HandlerResponse {

	@Override
	public @Nullable IntSupplier findStatus(@Nullable Object[] arguments) {
		HttpServletResponse response = (RequestContextHolder
			.getRequestAttributes() instanceof ServletRequestAttributes attributes) ? attributes.getResponse() : null;
		return (response != null) ? () -> readStatus(response) : null;
	}

	/**
	 * A result can come when the server has already ended an asynchronous request, for
	 * instance after a timeout. The client has received an error then, and some servers
	 * refuse access to the response.
	 */
	private static int readStatus(HttpServletResponse response) {
		try {
			return response.getStatus();
		}
		catch (RuntimeException ex) {
			return HttpServletResponse.SC_SERVICE_UNAVAILABLE;
		}
	}

}
