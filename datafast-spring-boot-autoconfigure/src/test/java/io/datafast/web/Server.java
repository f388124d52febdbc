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

package io.datafast.web;

import io.datafast.testing.WebApplication;

/**
 * The servers that the tests run on.
 */
enum Server {

	TOMCAT, JETTY, NETTY;

	WebApplication start(Class<?> configuration, String... properties) {
		return switch (this) {
			case TOMCAT -> WebApplication.onTomcat(configuration, properties);
			case JETTY -> WebApplication.onJetty(configuration, properties);
			case NETTY -> WebApplication.onNetty(configuration, properties);
		};
	}

}
