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

package io.datafast.delivery.memory;

import java.time.Duration;

import io.datafast.DataFastException;
import io.datafast.DataFastUnavailableException;
import io.datafast.VisitorNotFoundException;
import org.jspecify.annotations.Nullable;

/**
 * What a waiting goal keeps of its last failure: type, message and status, without the
 * stack trace and the causes, which would need more memory than the goal.
 */
final class FailureSummary {

	private FailureSummary() {
	}

	static DataFastException of(DataFastException failure) {
		String message = String.valueOf(failure.getMessage());
		if (failure instanceof VisitorNotFoundException notFound) {
			return new VisitorNotFound(message, notFound);
		}
		if (failure instanceof DataFastUnavailableException unavailable) {
			Integer status = unavailable.getStatus();
			return (status != null) ? new Unavailable(message, status, unavailable.getRetryAfter())
					: new Unavailable(message, unavailable.isAmbiguous());
		}
		return failure;
	}

	private static final class Unavailable extends DataFastUnavailableException {

		private static final long serialVersionUID = 1L;

		Unavailable(String message, int status, @Nullable Duration retryAfter) {
			super(message, status, retryAfter);
		}

		Unavailable(String message, boolean ambiguous) {
			super(message, null, ambiguous);
		}

		@Override
		public synchronized Throwable fillInStackTrace() {
			return this;
		}

	}

	private static final class VisitorNotFound extends VisitorNotFoundException {

		private static final long serialVersionUID = 1L;

		VisitorNotFound(String message, VisitorNotFoundException failure) {
			super(message, failure.getStatus(), failure.getApiMessage());
		}

		@Override
		public synchronized Throwable fillInStackTrace() {
			return this;
		}

	}

}
