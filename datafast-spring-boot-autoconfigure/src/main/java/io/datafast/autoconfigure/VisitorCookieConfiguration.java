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

package io.datafast.autoconfigure;

import io.datafast.web.VisitorCookie;
import io.datafast.web.servlet.RequestIdentityListener;
import jakarta.servlet.ServletRequestListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.ServletListenerRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The visitor cookie, for web applications of either type.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DataFastProperties.class)
class VisitorCookieConfiguration {

	private static final Log logger = LogFactory.getLog(VisitorCookieConfiguration.class);

	@Bean
	@ConditionalOnMissingBean
	VisitorCookie dataFastVisitorCookie(DataFastProperties properties) {
		DataFastProperties.Visitor visitor = properties.visitor();
		boolean enabled = properties.isEnabled();
		VisitorCookie cookie = new VisitorCookie(visitor.cookieName(), visitor.headerName(), visitor.cookieDomain(),
				enabled && visitor.issueCookie(), enabled && visitor.renewCookie());
		if (cookie.isWritten() && visitor.cookieDomain() == null) {
			logger.warn("Visitor cookies are written without datafast.visitor.cookie-domain: each host has its own, so"
					+ " that a visitor of example.com and www.example.com is two visitors. Set it to the domain that all"
					+ " hosts of the website share, such as example.com, and data-domain of DataFast's script to the same.");
		}
		return cookie;
	}

	/**
	 * Registered at run time rather than by a condition, so that an application that was
	 * processed ahead of time can still be configured.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ServletRequestListener.class)
	@ConditionalOnWebApplication(type = Type.SERVLET)
	static final class RequestIdentity {

		@Bean
		ServletListenerRegistrationBean<RequestIdentityListener> dataFastRequestIdentityListener(
				DataFastProperties properties) {
			ServletListenerRegistrationBean<RequestIdentityListener> registration = new ServletListenerRegistrationBean<>(
					new RequestIdentityListener());
			registration.setEnabled(properties.isEnabled());
			return registration;
		}

	}

}
